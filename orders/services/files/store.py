"""Files given to us by shops and staff: checked, kept once, served to whoever has a signed link.

A row is written only when its whole file lies under its name.
"""

from collections.abc import Iterable

from backoffice.accounts.models import Shop
from backoffice.engine.services.disk import room_for
from backoffice.engine.services.files import FileTooLarge, UnfitFile, keep_file
from backoffice.errors import InvalidInput
from backoffice.files.types import PDF
from backoffice.text.translatable import gettext as _
from orders.models import ShopFile
from orders.services.files.signed_links import Linked, sign_link

MAX_FILE_BYTES = 100 * 1024 * 1024
FOLDER = "files"


def store_file(
    chunks: Iterable[bytes], *, shop: Shop, name: str = "", max_bytes: int | None = None
) -> tuple[ShopFile, bool]:
    """Keep the shop's file. Return it and whether it is new; the same content again is the same file.

    Raise InvalidInput for what is no whole PDF, FileTooLarge, and NoRoom when the disk is full.
    """
    # Named after its content: a repeated upload whose first one broke off later finds the same place.
    path = f"{FOLDER}/{{sha256:.2}}/{shop.pk}-{{sha256}}.pdf"
    most = max_bytes or MAX_FILE_BYTES
    try:
        with room_for(most):
            kept = keep_file(chunks, path=path, accepts=[PDF], max_bytes=most, reuses_path=True)
    except FileTooLarge:
        raise
    except UnfitFile as error:
        raise InvalidInput(_("The file cannot be printed."), errors={"file": [error.text]}) from error
    values = {**kept.columns(), "name": name[:200]}
    return ShopFile.objects.get_or_create(shop=shop, sha256=kept.sha256, defaults=values)


def find_files(public_ids: Iterable[str], *, shop: Shop) -> dict[str, ShopFile]:
    """Return the shop's files by their ids; one query, none without ids."""
    requested = set(public_ids)
    rows = ShopFile.objects.filter(shop=shop, public_id__in=requested) if requested else ()
    return {file.public_id: file for file in rows}


def link_file(public_id: str) -> str:
    """Return an address that serves the file for FILE_LINK_DAYS days from now."""
    return sign_link(Linked.FILE, public_id)

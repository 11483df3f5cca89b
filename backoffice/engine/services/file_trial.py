"""Whether files can be kept and read here, tried out."""

import secrets
from dataclasses import dataclass

from django.core.files.storage import default_storage

from backoffice.engine.services.files import keep_file, read_file
from backoffice.files.stores.base import StoreAway
from backoffice.text.translatable import gettext as _


@dataclass(frozen=True)
class Trial:
    """What came of it; `remedy` is empty where all went well."""

    text: str
    remedy: str = ""


def try_store() -> Trial:
    """Keep a small file, read it, delete it, and see that it is gone."""
    path, content = f"trials/{secrets.token_hex(8)}", secrets.token_bytes(64)
    try:
        keep_file(content, path=path)
        is_right = read_file(path) == content
        default_storage.delete(path)
        is_gone = read_file(path) is None
    except StoreAway as away:
        return Trial(_with_cost(away.cause), away.remedy)
    except OSError as error:
        remedy = _("Give this user write access to that folder, and free up space on its disk.")
        return Trial(_with_cost(str(error)), remedy)
    if not (is_right and is_gone):
        remedy = _("Something between this machine and the store, such as a cache, alters files: remove it.")
        return Trial(_("The file read differs from the file written."), remedy)
    return Trial(_("a file was written, read and deleted"))


def _with_cost(cause: str) -> str:
    cost = _("Until this is fixed, uploads are answered with 503, and orders with files stored here and labels wait.")
    return f"{cause.rstrip('.')}. {cost}"

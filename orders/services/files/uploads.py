"""Files that come in parts: each part is kept by itself, and at the end the whole is checked and kept as any file.

Nothing is locked while bytes come in or are put together: a part that is sent twice, or by two at once, is the same
part, and so is the whole.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Literal

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import ngettext
from msgspec import Meta

from backoffice.accounts.models import Shop
from backoffice.accounts.services.locking import lock_shop
from backoffice.engine.services.disk import require_room, room_for
from backoffice.engine.services.file_deletions import delete_files
from backoffice.engine.services.files import Kept, keep_file, new_path, note_kept, open_path
from backoffice.errors import Conflict, InvalidInput
from backoffice.text.structs import Input, Text
from backoffice.text.translatable import gettext as _
from orders.models import PartUpload, ShopFile, UploadedPart
from orders.services.files.store import store_file

MB = 1024 * 1024
MAX_UPLOAD_BYTES = 1024 * MB
PART_BYTES = 8 * MB
# Of one shop at a time: each may take up to the largest file on the disk.
MOST_OPEN = 20
FOLDER = "uploads"
CLEARED_AT_ONCE = 100
_PIECE = 64 * 1024


class NewUpload(Input, kw_only=True):
    """A file that is to come in parts."""

    EXAMPLE: ClassVar = {"name": "poster.pdf", "size": 300_000_000}

    name: Annotated[str, Meta(max_length=200)] = ""
    size: Annotated[int, Meta(ge=1, le=MAX_UPLOAD_BYTES, description="In bytes.")]
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$", description="Of the whole file, in hexadecimal."), Text.CODE]
    content_type: Literal["application/pdf"] = "application/pdf"


@transaction.atomic
def begin_upload(new: NewUpload, *, shop: Shop) -> PartUpload:
    """Begin an upload. Raise NoRoom when the disk has none for it, Conflict while too many of the shop are open."""
    require_room(new.size)
    lock_shop(shop.pk)
    if PartUpload.objects.filter(shop=shop, file__isnull=True).count() >= MOST_OPEN:
        text = _("%(most)d uploads are not finished. Complete or delete one of them, or wait until it has expired.")
        raise Conflict(text % {"most": MOST_OPEN})
    return PartUpload.objects.create(
        shop=shop, name=new.name, size=new.size, sha256=new.sha256, part_size=min(PART_BYTES, new.size)
    )


def expiry_of(upload: PartUpload) -> datetime:
    """Return when an unfinished upload is cleared away, unless another part comes."""
    return upload.updated_at + timedelta(hours=settings.UPLOAD_HOURS)


def store_part(upload: PartUpload, number: int, chunks: Iterable[bytes]) -> UploadedPart:
    """Keep a part; one sent again takes the place of the one before. Raise InvalidInput for a number or a length that
    the upload has not, Conflict once it is complete, FileTooLarge, NoRoom.
    """
    _ensure_open(upload)
    if not 1 <= number <= upload.part_count:
        text = _("The upload has the parts 1 to %(count)d.") % {"count": upload.part_count}
        raise InvalidInput(text, errors={"number": [text]})
    expected = upload.bytes_of(number)
    with room_for(expected):
        kept = keep_file(chunks, path=new_path(FOLDER), max_bytes=expected)
    if kept.size != expected:
        delete_files([kept.path])
        text = _("Part %(number)d should have %(expected)d bytes, but %(size)d arrived.")
        text = text % {"number": number, "expected": expected, "size": kept.size}
        raise InvalidInput(text, errors={"body": [text]})
    if (part := _note_part(upload, number, kept)) is None:
        delete_files([kept.path])
        raise Conflict(_("The upload is complete."))
    return part


def complete_upload(upload: PartUpload) -> tuple[ShopFile, bool]:
    """Put the parts together and keep the file. Return it and whether it is new; of a complete one the file that it
    became.

    Raise Conflict while parts are missing, InvalidInput when the whole has another digest than was announced or is no
    PDF, NoRoom. The parts stay then: one may be sent again.
    """
    if upload.file is not None:
        return upload.file, False
    parts = list(upload.parts.order_by("number"))
    if missing := missing_parts(upload, parts):
        shown = ", ".join(str(number) for number in missing[:10])
        text = ngettext(
            "%(count)d part is missing: %(numbers)s.", "%(count)d parts are missing: %(numbers)s.", len(missing)
        )
        raise Conflict(text % {"count": len(missing), "numbers": shown}, code="parts_missing")
    try:
        file, is_new = store_file(_whole(upload, parts), shop=upload.shop, name=upload.name, max_bytes=upload.size)
    except FileNotFoundError as error:  # somebody else completed it, or a part was sent again just now
        # Nor need it be there any more: whoever gave it up took its parts away.
        now = PartUpload.objects.select_related("file").filter(pk=upload.pk).first()
        if now is not None and now.file is not None:
            return now.file, False
        raise Conflict(_("A part is being sent again. Complete the upload once it has arrived.")) from error
    _finish(upload, file)
    return file, is_new


@transaction.atomic
def discard_upload(upload: PartUpload) -> None:
    """Give the upload up, with its parts. Raise Conflict for a complete one: its file is named by orders."""
    locked = PartUpload.objects.select_for_update().filter(pk=upload.pk).first()
    if locked is None:
        return
    _ensure_open(locked)
    delete_files(locked.parts.values_list("path", flat=True))
    locked.delete()


def missing_parts(upload: PartUpload, parts: Sequence[UploadedPart]) -> list[int]:
    """Return the numbers of the parts that are not there, none of a complete upload."""
    if upload.file_id is not None:
        return []
    there = {part.number for part in parts}
    return [number for number in range(1, upload.part_count + 1) if number not in there]


def clear_uploads() -> int:
    """Delete uploads that nobody went on with for UPLOAD_HOURS, finished ones too: their file is its own. Return how
    many.
    """
    since = timezone.now() - timedelta(hours=settings.UPLOAD_HOURS)
    with transaction.atomic():
        old = PartUpload.objects.filter(updated_at__lt=since).order_by("updated_at")
        keys = list(old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:CLEARED_AT_ONCE])
        delete_files(UploadedPart.objects.filter(upload__in=keys).values_list("path", flat=True))
        PartUpload.objects.filter(pk__in=keys).delete()
    return len(keys)


def _ensure_open(upload: PartUpload) -> None:
    if upload.file_id is not None:
        raise Conflict(_("The upload is complete."))


@transaction.atomic
def _note_part(upload: PartUpload, number: int, kept: Kept) -> UploadedPart | None:
    """Write the part's row; the file that it had before goes. Nobody else writes a part of it meanwhile. Return None,
    with nothing written, when the upload is complete or was cleared away.
    """
    open_ones = PartUpload.objects.select_for_update().filter(pk=upload.pk, file__isnull=True)
    if (locked := open_ones.first()) is None:
        return None
    locked.save(update_fields=["updated_at"])
    part = UploadedPart.objects.filter(upload=upload, number=number).first() or UploadedPart(
        upload=upload, number=number
    )
    if part.path:
        delete_files([part.path])
    note_kept(part, kept)
    part.save()
    return part


def _whole(upload: PartUpload, parts: Iterable[UploadedPart]) -> Iterator[bytes]:
    """Yield the file, piece by piece. Raise InvalidInput at its end when it is not what was announced."""
    digest = hashlib.sha256()
    for part in parts:
        with open_path(part.path, sha256=part.sha256, size=part.size) as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
                yield piece
    if digest.hexdigest() != upload.sha256:
        text = _("The whole file has the digest %(found)s, not %(announced)s: at least one part is wrong.")
        text = text % {"found": digest.hexdigest(), "announced": upload.sha256}
        raise InvalidInput(text, errors={"sha256": [text]})


@transaction.atomic
def _finish(upload: PartUpload, file: ShopFile) -> None:
    """Bind the file, and let the parts go. Where the upload was given up meanwhile, the file stays by itself."""
    locked = PartUpload.objects.select_for_update().filter(pk=upload.pk).first()
    if locked is None:
        return
    locked.file = upload.file = file
    locked.save(update_fields=["file", "updated_at"])
    delete_files(locked.parts.values_list("path", flat=True))
    locked.parts.all().delete()

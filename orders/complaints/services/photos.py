"""Photos of what is wrong: pictures only, kept like all files."""

from collections.abc import Iterable

from django.db import transaction

from backoffice.engine.services.disk import room_for
from backoffice.engine.services.files import FileTooLarge, UnfitFile, keep_file
from backoffice.errors import InvalidInput
from backoffice.files.types import JPEG, PNG, WEBP
from backoffice.text.translatable import gettext as _
from orders.complaints.models import Complaint, ComplaintPhoto
from orders.models import Order

TAKEN = (JPEG, PNG, WEBP)
MAX_PHOTO_BYTES = 20 * 1024 * 1024
MOST_PHOTOS = 12
FOLDER = "complaints"


def add_photo(complaint: Complaint, chunks: Iterable[bytes], *, name: str, actor: str) -> ComplaintPhoto:
    """Keep a photo with the complaint; the same picture again is the same photo.

    Raise InvalidInput for what is no JPEG, PNG or WebP picture of at most 20 MB, and beyond 12 photos; NoRoom;
    IllegalTransition for an ended complaint.
    """
    complaint.can_change().ensure()
    path = f"{FOLDER}/{{sha256:.2}}/{complaint.pk}-{{sha256}}"
    try:
        with room_for(MAX_PHOTO_BYTES):
            kept = keep_file(chunks, path=path, accepts=TAKEN, max_bytes=MAX_PHOTO_BYTES, reuses_path=True)
    except FileTooLarge:
        raise
    except UnfitFile as error:
        text = _("“%(name)s” is not a photo. %(why)s") % {"name": name, "why": error.text}
        raise InvalidInput(text, errors={"photos": [text]}) from error
    with transaction.atomic():
        order = Order.objects.locked(complaint.order_id)
        if known := complaint.photos.filter(sha256=kept.sha256).first():
            return known
        if complaint.photos.count() >= MOST_PHOTOS:
            text = _("A complaint may have at most %(most)d photos.") % {"most": MOST_PHOTOS}
            raise InvalidInput(text, errors={"photos": [text]})
        photo = complaint.photos.create(**kept.columns(), name=name[:200], added_by=actor)
        params = {"complaint": complaint.pk, "name": str(photo)}
        order.events.create(actor=actor, kind="complaint.photo_added", params=params)
        return photo

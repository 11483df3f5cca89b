"""Fetches the pictures of custom products: their addresses come from outside, and so does what lies there.

Fetching one twice does no harm, so a picture is simply tried until we have it, on a ladder that stands on its row;
after the last step, or when trying again would change nothing, it is shown as failed with its cause.
"""

import logging
import os
import shutil
import uuid
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from backoffice.services.clock import database_now
from backoffice.services.disk import FREE_BYTES_FLOOR
from backoffice.translatable import gettext as _
from backoffice.vendors.addresses import UnsafeUrl
from backoffice.vendors.errors import VendorError
from backoffice.vendors.http import fetch_untrusted
from catalog.models import CustomPicture
from catalog.services.custom_products import due_pictures

logger = logging.getLogger(__name__)

FOLDER = "custom-products"
MAX_BYTES = 15 * 1024 * 1024
LADDER = (5, 30, 120, 600, 3600, 6 * 3600)
# While a worker is at a picture nobody else takes it; a lost worker's is due again after that.
WORKING_SECONDS = 120
_STARTS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


class UnfitPicture(ValueError):
    """What lies at the address is no picture of ours; the text says why."""


def fetch_due_pictures(*, limit: int = 50) -> int:
    """Fetch what is due, oldest first. Answers how many were tried."""
    return sum(fetch_picture(pk) for pk in list(due_pictures().values_list("pk", flat=True)[:limit]))


def fetch_picture(picture_id: int) -> bool:
    """We have a copy, or know when to try again, or why it cannot be had. False when it was not due."""
    claimed = CustomPicture.objects.filter(pk=picture_id, next_at__lte=Now()).update(
        next_at=Now() + timedelta(seconds=WORKING_SECONDS), attempts=F("attempts") + 1
    )
    if not claimed:
        return False
    picture = CustomPicture.objects.get(pk=picture_id)
    try:
        _require_space()
        content = fetch_untrusted(picture.url, max_bytes=MAX_BYTES).body
        _keep(picture, content, content_type=type_of(content))
    except UnsafeUrl as error:
        _put_off(picture, problem=str(error), final=True)
    except VendorError as error:
        _put_off(picture, problem=error.text)
    except UnfitPicture as error:
        _put_off(picture, problem=str(error))
    except OSError as error:
        _put_off(picture, problem=_("The disk refused the picture: %s") % error)
    return True


def try_again(picture: CustomPicture) -> None:
    """A person wants the picture now; one that we have stays as it is."""
    CustomPicture.objects.filter(pk=picture.pk, stored_at__isnull=True).update(next_at=Now(), attempts=0, failed=False)


def type_of(content: bytes) -> str:
    """PNG, JPEG or WebP, by the content itself and never by what the sender calls it. Raises UnfitPicture."""
    found = next((kind for start, kind in _STARTS.items() if content.startswith(start)), "")
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        found = "image/webp"
    if not found:
        raise UnfitPicture(_("The content is no PNG, JPEG or WebP picture."))
    if found == "image/png" and b"IEND" not in content[-64:]:
        raise UnfitPicture(_("The picture has no end: it was cut off."))
    return found


def open_picture(picture: CustomPicture) -> BinaryIO:
    """Our copy, opened for reading. Raises FileNotFoundError when there is none."""
    if not picture.is_kept:
        raise FileNotFoundError(picture.path)
    return _absolute(picture.path).open("rb")


def _absolute(path: str) -> Path:
    return Path(settings.MEDIA_ROOT) / path


def _require_space() -> None:
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(root).free < FREE_BYTES_FLOOR + MAX_BYTES:
        raise OSError("less than 1 GB is left")


def _keep(picture: CustomPicture, content: bytes, *, content_type: str) -> None:
    name = uuid.uuid4().hex
    # Named before it is written, so that a worker that dies in between leaves nothing behind that nobody knows.
    picture.path = picture.path or f"{FOLDER}/{name[:2]}/{name}"
    CustomPicture.objects.filter(pk=picture.pk).update(path=picture.path)
    _write(_absolute(picture.path), content)
    CustomPicture.objects.filter(pk=picture.pk).update(
        next_at=None,
        problem="",
        failed=False,
        size=len(content),
        content_type=content_type,
        stored_at=timezone.now(),
    )


def _write(target: Path, content: bytes) -> None:
    """Whole or not at all, also after a loss of power."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}-{uuid.uuid4().hex}")
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)


def _put_off(picture: CustomPicture, *, problem: str, final: bool = False) -> None:
    """`final`: trying again would change nothing."""
    logger.warning("Picture %s could not be fetched: %s", picture.pk, problem)
    failed = final or picture.attempts > len(LADDER)
    wait = None if failed else database_now() + timedelta(seconds=LADDER[picture.attempts - 1])
    CustomPicture.objects.filter(pk=picture.pk).update(problem=problem, next_at=wait, failed=failed)

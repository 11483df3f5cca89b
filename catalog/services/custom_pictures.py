"""Pictures of custom products: their addresses come from outside, and so does what lies there."""

from collections.abc import Collection
from typing import ClassVar

from backoffice.engine.services.fetching import Fetching
from backoffice.engine.services.files import UnfitFile
from backoffice.files.types import JPEG, PNG, WEBP, picture_type
from backoffice.text.translatable import gettext as _
from backoffice.vendors.http import fetch_untrusted
from catalog.models import CustomPicture


class _Pictures(Fetching[CustomPicture]):
    """After the last step, or when trying again would change nothing, a picture is shown as failed with its cause."""

    model = CustomPicture
    folder = "custom-products"
    max_bytes = 15 * 1024 * 1024
    backoff = (5, 30, 120, 600, 3600, 6 * 3600)
    flag = "failed"
    afresh: ClassVar = {"attempts": 0, "failed": False}

    def get(self, row: CustomPicture) -> bytes:
        return whole(fetch_untrusted(row.url, max_bytes=self.max_bytes).body)

    def accepts(self, row: CustomPicture) -> Collection[str]:
        return PNG, JPEG, WEBP


def whole(content: bytes) -> bytes:
    """Return the content. Raises UnfitFile for a PNG that was cut off."""
    if picture_type(content) == PNG and b"IEND" not in content[-64:]:
        raise UnfitFile(_("The image is incomplete: it was cut off."))
    return content


PICTURES = _Pictures()

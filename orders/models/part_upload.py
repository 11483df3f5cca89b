"""Files that come in parts, for those too large for one request; the whole one becomes a `ShopFile`."""

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop
from backoffice.engine.models.stored_file import StoredFile
from orders.models.stored_file import ShopFile

_PREFIX = "upl_"


def new_upload_id() -> str:
    return _PREFIX + secrets.token_urlsafe(12)


class PartUpload(models.Model):
    """A file that is announced with its size and digest, and comes in parts. `file` is the whole one, once it is."""

    public_id = models.CharField(_("ID"), max_length=32, unique=True, default=new_upload_id, editable=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="part_uploads", verbose_name=_("shop"))
    name = models.CharField(_("name"), max_length=200, blank=True)
    size = models.PositiveBigIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    # Of every part but the last, which may be smaller: fixed when it begins, whatever we take later.
    part_size = models.PositiveIntegerField(_("bytes of a part"))
    file = models.ForeignKey(ShopFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("file"))
    created_at = models.DateTimeField(_("started"), auto_now_add=True)
    # Moved by each part: one that nobody goes on with is cleared away.
    updated_at = models.DateTimeField(_("newest part"), auto_now=True, db_index=True)

    class Meta:
        verbose_name = _("multipart upload")
        verbose_name_plural = _("multipart uploads")

    def __str__(self) -> str:
        return self.name or self.public_id

    @property
    def part_count(self) -> int:
        """How many parts it has, numbered from 1."""
        return -(-self.size // self.part_size)

    def bytes_of(self, number: int) -> int:
        """Return how many bytes that part has."""
        return min(self.part_size, self.size - (number - 1) * self.part_size)


class UploadedPart(StoredFile):
    """One part of it. The row is written after its file."""

    upload = models.ForeignKey(PartUpload, models.CASCADE, related_name="parts", verbose_name=_("upload"))
    number = models.PositiveIntegerField(_("number"))

    class Meta:
        verbose_name = _("part of an upload")
        verbose_name_plural = _("parts of uploads")
        constraints = [models.UniqueConstraint(fields=["upload", "number"], name="one_part_per_number")]

    def __str__(self) -> str:
        return f"{self.upload_id}/{self.number}"

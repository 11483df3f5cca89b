"""Photos of what is wrong."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.engine.models.stored_file import StoredFile
from orders.complaints.models.complaint import Complaint


class ComplaintPhoto(StoredFile):
    """A picture, kept by us. The row is written after the file."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="photos", verbose_name=_("complaint"))
    name = models.CharField(_("name"), max_length=200, blank=True)
    added_by = models.CharField(_("by"), max_length=150)

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        ordering = ["pk"]
        # The same picture again is the same photo.
        constraints = [models.UniqueConstraint(fields=["complaint", "sha256"], name="one_photo_per_content")]

    def __str__(self) -> str:
        return self.name or f"photo-{self.pk}"

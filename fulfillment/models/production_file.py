"""Print files, delivery slips and previews of production orders."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.engine.models.stored_file import FetchedFile
from backoffice.errors import ELIGIBLE, Eligibility, ineligible
from backoffice.text.translatable import gettext as _t
from fulfillment.models.production_item import ProductionItem
from fulfillment.models.production_order import ProductionOrder


class ProductionFileKind(models.TextChoices):
    PRINT = "print", _("print file")
    SLIP = "slip", _("delivery slip")
    PREVIEW = "preview", _("preview")
    OTHER = "other", _("other file")


class ProductionFile(FetchedFile):
    """A file that we download once through the vendor's protected link. Labels are no files: see `Label`."""

    production_order = models.ForeignKey(
        ProductionOrder, models.CASCADE, related_name="files", verbose_name=_("production order")
    )
    item = models.ForeignKey(
        ProductionItem, models.CASCADE, null=True, blank=True, related_name="files", verbose_name=_("item")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=ProductionFileKind)
    # Where the vendor shows it and its id there: ids are unique within their own list only.
    source_key = models.CharField(max_length=150, editable=False)
    raw_kind = models.CharField(_("vendor's type"), max_length=64, blank=True)
    raw_state = models.CharField(_("vendor status"), max_length=64, blank=True)
    url = models.TextField(_("vendor's link"))
    needs_attention = models.BooleanField(_("needs attention"), default=False)
    created_at = models.DateTimeField(_("received"), auto_now_add=True)

    class Meta:
        verbose_name = _("production file")
        verbose_name_plural = _("production files")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["production_order", "source_key"], name="one_row_per_file")]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="production_file_due"),
            models.Index(fields=["-id"], condition=Q(needs_attention=True), name="production_file_stuck"),
        ]

    @property
    def is_coming(self) -> bool:
        """Whether we have no copy yet and still try to get one."""
        return not self.is_kept and self.next_at is not None

    def can_try(self) -> Eligibility:
        """Return whether a person may have it downloaded now. Of a type that we do not know it may be a label, whose
        download has effects.
        """
        if self.is_kept:
            return ineligible(_t("We already have a copy of this file."))
        if not self.url or self.kind == ProductionFileKind.OTHER:
            return ineligible(_t("This file is not downloaded: its type is unknown, or the vendor gave no link."))
        return ELIGIBLE

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.source_key}"

"""What people ask through a vendor's forms."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop


class Enquiry(models.Model):
    """Somebody filled in a form: an answer is owed, until a person says that it is done."""

    vendor = models.CharField(_("vendor"), max_length=32)
    vendor_id = models.CharField(_("vendor's number"), max_length=64)
    # None where the address that was called names no shop.
    shop = models.ForeignKey(
        Shop, models.PROTECT, null=True, blank=True, related_name="enquiries", verbose_name=_("shop")
    )
    form = models.CharField(_("form"), max_length=200, blank=True)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    email = models.CharField(_("e-mail"), max_length=255, blank=True)
    # [{"name", "value"}] in the order of the form.
    answers = models.JSONField(_("answers"), default=list)
    submitted_at = models.DateTimeField(_("submitted"), null=True)
    created_at = models.DateTimeField(_("received"), auto_now_add=True)
    done_at = models.DateTimeField(_("done"), null=True)
    done_by = models.CharField(_("done by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("enquiry")
        verbose_name_plural = _("enquiries")
        constraints = [models.UniqueConstraint(fields=["vendor", "vendor_id"], name="one_enquiry_per_vendor_id")]
        indexes = [
            models.Index(fields=["id"], condition=Q(done_at__isnull=True), name="enquiry_open"),
            # All that a customer asked, in whatever letter case the e-mail was typed.
            models.Index(Lower("email"), F("id").desc(), condition=~Q(email=""), name="enquiry_customer"),
        ]

    def __str__(self) -> str:
        return self.subject or self.form or self.name or self.vendor_id

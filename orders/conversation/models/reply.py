"""What staff answer to enquiries."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.enquiry import Enquiry


class EnquiryReply(models.Model):
    """One reply, which is mailed."""

    enquiry = models.ForeignKey(Enquiry, models.CASCADE, related_name="replies", verbose_name=_("enquiry"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("author")
    )
    author_name = models.CharField(_("by"), max_length=150)
    text = models.TextField(_("text"))
    token = models.UUIDField(unique=True, null=True, editable=False)
    at = models.DateTimeField(_("time"), auto_now_add=True)

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:60]

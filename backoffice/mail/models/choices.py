"""Which kinds of mail are on: for the customers of a shop, and for each member of staff."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop


class ShopMail(models.Model):
    """Mails to the customers of a shop: from whom, and which kinds. Without a row, none."""

    shop = models.OneToOneField(Shop, models.CASCADE, primary_key=True, related_name="mail", verbose_name=_("shop"))
    sender_name = models.CharField(_("sender's name"), max_length=100, blank=True)
    reply_to = models.EmailField(_("replies go to"), max_length=254, blank=True)
    kinds = ArrayField(models.CharField(max_length=40), verbose_name=_("kinds"), default=list, blank=True)
    changed_by = models.CharField(_("changed by"), max_length=150)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("customer e-mails")
        verbose_name_plural = _("customer e-mails")

    def __str__(self) -> str:
        return str(self.shop)


class StaffMail(models.Model):
    """Which mails a member of staff wants, and in which language. Without a row, none."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        primary_key=True,
        related_name="mail",
        verbose_name=_("staff member"),
    )
    kinds = ArrayField(models.CharField(max_length=40), verbose_name=_("kinds"), default=list, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="en")

    class Meta:
        verbose_name = _("my e-mails")
        verbose_name_plural = _("my e-mails")

    def __str__(self) -> str:
        return str(self.user)

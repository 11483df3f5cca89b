"""What was seen of a key: when and from where it was used, and when it was refused."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models.shop import ApiKey


class KeyRefusal(models.TextChoices):
    """Why a key with the right secret was not let in."""

    NETWORK = "network", _("the request came from a network that is not allowed")
    EXPIRED = "expired", _("the key had expired")
    REVOKED = "revoked", _("the key was revoked")


class ApiKeyUse(models.Model):
    """A row of its own, so that a change of the key itself stands out among what is written every minute."""

    key = models.OneToOneField(ApiKey, models.CASCADE, primary_key=True, related_name="use", verbose_name=_("API key"))
    used_at = models.DateTimeField(_("last used"), null=True)
    used_from = models.GenericIPAddressField(_("last used from"), null=True)
    # With the secret before the newest one.
    previous_used_at = models.DateTimeField(_("previous secret last used"), null=True)
    refused_at = models.DateTimeField(_("last refused"), null=True)
    refused_from = models.GenericIPAddressField(_("last refused from"), null=True)
    refusal = models.CharField(_("reason for refusal"), max_length=10, choices=KeyRefusal, default="", db_default="")

    class Meta:
        verbose_name = _("API key use")
        verbose_name_plural = _("API key uses")

    def __str__(self) -> str:
        return str(self.key_id)

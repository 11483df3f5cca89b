"""What a person wants to see again later."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Snooze(models.Model):
    """One thing of one kind, hidden from one person's inbox until then. It stays where it is for everybody else."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    kind = models.CharField(_("kind"), max_length=40)
    key = models.BigIntegerField(_("key"))
    until = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("snooze")
        verbose_name_plural = _("snoozes")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "kind", "key"], name="one_snooze_per_item")]
        indexes = [models.Index(fields=["until"], name="snooze_until")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

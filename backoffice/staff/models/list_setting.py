"""How somebody likes to see a list."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class ListSetting(models.Model):
    """The columns that one person has hidden in one list, and how close its rows stand."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user"))
    # The key of its ListPage.
    list_key = models.CharField(_("list"), max_length=40)
    hidden_columns = ArrayField(models.CharField(max_length=40), verbose_name=_("hidden columns"), default=list)
    compact = models.BooleanField(_("compact rows"), default=False)

    class Meta:
        verbose_name = _("list setting")
        verbose_name_plural = _("list settings")
        constraints = [models.UniqueConstraint(fields=["user", "list_key"], name="one_list_setting_per_user")]

    def __str__(self) -> str:
        return self.list_key

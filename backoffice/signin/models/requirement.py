"""Who must have a second factor."""

from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _


class FactorRequirement(models.Model):
    """Members of the group, or everybody where it names none, reach nothing before they have a second factor."""

    group = models.ForeignKey(Group, models.CASCADE, null=True, related_name="+", verbose_name=_("group"))
    set_by = models.CharField(_("set by"), max_length=150)
    set_at = models.DateTimeField(_("set"), auto_now_add=True)

    class Meta:
        verbose_name = _("sign-in rule")
        verbose_name_plural = _("sign-in rules")
        constraints = [
            models.UniqueConstraint(fields=["group"], nulls_distinct=False, name="one_factor_requirement_per_group")
        ]

    def __str__(self) -> str:
        return str(self.group or _("everyone"))

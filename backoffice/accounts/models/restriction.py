"""Which shops somebody sees."""

from django.contrib.auth.models import Group, User
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models.shop import Shop


class ShopRestriction(models.Model):
    """The shops that a person, or whoever has a role, sees, and no others. A row without shops hides them all: whether
    there is a row says whether there is a restriction, so a shop that is deleted never opens the others.
    """

    user = models.OneToOneField(
        User, models.CASCADE, null=True, blank=True, related_name="shop_restriction", verbose_name=_("person")
    )
    group = models.OneToOneField(
        Group, models.CASCADE, null=True, blank=True, related_name="shop_restriction", verbose_name=_("role")
    )
    shops = models.ManyToManyField(Shop, blank=True, related_name="+", verbose_name=_("shops"))
    set_by = models.CharField(_("set by"), max_length=150)
    set_at = models.DateTimeField(_("set"), auto_now=True)

    class Meta:
        verbose_name = _("restriction to shops")
        verbose_name_plural = _("restrictions to shops")
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=True, group__isnull=False) | Q(user__isnull=False, group__isnull=True),
                name="restricts_a_person_or_a_role",
            )
        ]

    def __str__(self) -> str:
        return str(self.user or self.group)

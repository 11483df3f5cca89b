"""What a shop's tables look like, remembered from the last one."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop


class ImportProfile(models.Model):
    """Columns by their names, and what else somebody chose: the next table of the shop begins with it."""

    shop = models.OneToOneField(Shop, models.CASCADE, related_name="+", verbose_name=_("shop"))
    # Name of a column in small letters -> name of the field; "" for one that is passed over.
    columns = models.JSONField(default=dict, editable=False)
    choices = models.JSONField(default=dict, editable=False)
    changed_by = models.CharField(_("changed by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("import settings of a shop")
        verbose_name_plural = _("import settings of shops")

    def __str__(self) -> str:
        return str(self.shop)

"""How far prices may move before somebody else must look, and how far at most. Set by people, per shop."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop

PERCENT = [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1000))]
MARGIN = [MinValueValidator(Decimal(-100)), MaxValueValidator(Decimal(100))]


class PriceLimits(models.Model):
    """What a shop says of its prices; None is "no limit"."""

    margin_floor = models.DecimalField(
        _("minimum margin, percent"), max_digits=6, decimal_places=2, null=True, blank=True, validators=MARGIN
    )
    largest_move = models.DecimalField(
        _("maximum change, percent"), max_digits=6, decimal_places=2, null=True, blank=True, validators=PERCENT
    )

    class Meta:
        abstract = True


class CatalogRules(PriceLimits):
    """A shop's rules for change sets. Percentages are of the value before; margins of the sales price."""

    shop = models.OneToOneField(Shop, models.CASCADE, related_name="catalog_rules", verbose_name=_("shop"))
    approval_move_percent = models.DecimalField(
        _("change that needs approval by someone else, percent"),
        max_digits=6,
        decimal_places=2,
        default=Decimal(10),
        validators=PERCENT,
    )
    approval_skus = models.PositiveIntegerField(
        _("number of SKUs that needs approval by someone else"),
        default=100,
        help_text=_("Change sets with fewer SKUs and smaller changes may be approved by their authors."),
    )

    class Meta:
        verbose_name = _("price limits")
        verbose_name_plural = _("price limits")

    def __str__(self) -> str:
        return str(self.shop)


class CategoryRule(PriceLimits):
    """Other figures for a category and all below it; the longest path that fits a product counts."""

    rules = models.ForeignKey(CatalogRules, models.CASCADE, related_name="categories", verbose_name=_("price limits"))
    category_path = models.CharField(_("category"), max_length=500, help_text=_("Category names, joined by /"))

    class Meta:
        verbose_name = _("price limits of a category")
        verbose_name_plural = _("price limits of categories")
        constraints = [models.UniqueConstraint(fields=["rules", "category_path"], name="one_rule_per_category")]

    def __str__(self) -> str:
        return self.category_path

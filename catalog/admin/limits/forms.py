"""The fields of price limits: what each says of itself, and of what is wrong in it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import BaseValidator
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy

from backoffice.text.translatable import gettext as _
from catalog.models.rules import MARGIN, PERCENT
from catalog.services.change_sets.rules import Limits
from catalog.services.price_limits import ShopLimits, default_limits

MOST_SKUS = 1_000_000
_NOTHING = Limits()


class LimitField(forms.DecimalField):
    """A figure that may be empty. Whatever is wrong with it is one complaint, which names it and its bounds."""

    def __init__(self, *, label: Any, bounds: tuple[Decimal, Decimal], places: int = 2, unit: Any = "%") -> None:
        self.bounds, self.unit, self.is_whole = bounds, unit, not places
        super().__init__(
            label=label,
            required=False,
            localize=True,
            min_value=bounds[0],
            max_value=bounds[1],
            decimal_places=places,
            widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "maxlength": 12}),
        )
        # What the complaint calls it; of a category its name is added.
        self.called = label

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except ValidationError:
            raise ValidationError(self.complaint, code="invalid") from None

    @property
    def complaint(self) -> str:
        """Return what to enter instead."""
        text = (
            _("%(limit)s: enter a whole number from %(least)s to %(most)s.")
            if self.is_whole
            else _("%(limit)s: enter a percentage from %(least)s to %(most)s with at most two decimal places.")
        )
        least, most = (number_format(one, use_l10n=True, force_grouping=True) for one in self.bounds)
        return text % {"limit": self.called, "least": least, "most": most}


def bounds_of(validators: Sequence[BaseValidator]) -> tuple[Decimal, Decimal]:
    """Return the least and the most that a model's field takes."""
    least, most = (Decimal(one.limit_value) for one in validators)
    return least, most


MARGIN_BOUNDS, MOVE_BOUNDS = bounds_of(MARGIN), bounds_of(PERCENT)
_FLOOR, _MOVE = gettext_lazy("Minimum margin"), gettext_lazy("Maximum change")


class ShopLimitsForm(forms.Form):
    """The limits of the whole shop."""

    margin_floor = LimitField(label=_FLOOR, bounds=MARGIN_BOUNDS)
    largest_move = LimitField(label=_MOVE, bounds=MOVE_BOUNDS)
    approval_move_percent = LimitField(label=gettext_lazy("Change that needs a second approval"), bounds=MOVE_BOUNDS)
    approval_skus = LimitField(
        label=gettext_lazy("SKUs that need a second approval"),
        bounds=(Decimal(0), Decimal(MOST_SKUS)),
        places=0,
        unit=gettext_lazy("SKUs"),
    )

    def __init__(self, data: Any, *, kept: ShopLimits) -> None:
        initial = {
            **initial_of(kept.general),
            "approval_move_percent": short(kept.approval_move_percent),
            "approval_skus": kept.approval_skus,
        }
        super().__init__(data, prefix="shop", initial=initial)
        usual = default_limits()
        helps = {
            "margin_floor": _("Sales prices that leave less block the approval. Empty: no limit."),
            "largest_move": _("Prices that rise or fall by more block the approval. Empty: no limit."),
            "approval_move_percent": _(
                "From this change of a price on, someone other than the authors must approve. Empty: %(usual)s%%."
            )
            % {"usual": number_format(short(usual.approval_move_percent), use_l10n=True)},
            "approval_skus": _("From this many SKUs on, someone other than the authors must approve. Empty: %(usual)s.")
            % {"usual": number_format(usual.approval_skus, use_l10n=True)},
        }
        for name, text in helps.items():
            self.fields[name].help_text = text

    @property
    def general(self) -> Limits:
        """Return what was typed for prices."""
        return limits_of(self.cleaned_data)


class CategoryLimitsForm(forms.Form):
    """Other figures for a category; what is left empty is the shop's."""

    margin_floor = LimitField(label=_FLOOR, bounds=MARGIN_BOUNDS)
    largest_move = LimitField(label=_MOVE, bounds=MOVE_BOUNDS)
    remove = forms.BooleanField(label=gettext_lazy("Remove"), required=False)

    def __init__(self, data: Any, *, prefix: str, general: Limits, path: str = "", kept: Limits = _NOTHING) -> None:
        super().__init__(data, prefix=prefix, initial=initial_of(kept))
        for name, value in (("margin_floor", general.margin_floor), ("largest_move", general.largest_move)):
            limit: Any = self.fields[name]
            limit.help_text = inherited(value)
            if path:
                limit.called = _("%(limit)s for %(category)s") % {"limit": limit.label, "category": path}

    @property
    def limits(self) -> Limits:
        """Return what was typed."""
        return limits_of(self.cleaned_data)


class NewCategoryForm(CategoryLimitsForm):
    """A category that gets figures of its own; nothing where none is chosen."""

    path = forms.ChoiceField(label=gettext_lazy("Category"), required=False)
    field_order = ("path", "margin_floor", "largest_move")

    def __init__(self, data: Any, *, general: Limits, paths: Sequence[str]) -> None:
        super().__init__(data, prefix="new", general=general)
        del self.fields["remove"]
        choice: Any = self.fields["path"]
        choice.choices = [("", _("Choose a category")), *((path, path) for path in paths)]
        choice.error_messages["invalid_choice"] = _(
            "Category: “%(value)s” is not in the catalogue, or has limits already. Choose one from the list."
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if limits_of(given) != _NOTHING and not given.get("path") and "path" not in self.errors:
            self.add_error("path", _("Category: choose the one that these limits are for."))
        return given


def initial_of(limits: Limits) -> dict[str, Decimal | None]:
    """Return what the fields show of limits."""
    figures = {"margin_floor": limits.margin_floor, "largest_move": limits.largest_move}
    return {name: None if value is None else short(value) for name, value in figures.items()}


def limits_of(given: dict[str, Any]) -> Limits:
    """Return what was typed into the two fields of prices."""
    return Limits(given.get("margin_floor"), given.get("largest_move"))


def inherited(value: Decimal | None) -> str:
    """Return what holds where a category's field is left empty."""
    if value is None:
        return _("Empty: no limit, as in the whole shop.")
    return _("Empty: %(percent)s%%, as in the whole shop.") % {"percent": number_format(short(value), use_l10n=True)}


def short(value: Decimal) -> Decimal:
    """Return the figure without zeros at its end: 10 instead of 10.00."""
    return value.normalize() if value % 1 else value.quantize(Decimal(1))

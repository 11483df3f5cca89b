"""Formulas asked for by people: which one, over which SKUs, and what it would make of them."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from backoffice.accounts.services.markets import Market
from backoffice.errors import InvalidInput
from backoffice.text.translatable import gettext as _
from catalog.models import ChangeKind, ChangeSet, ChangeSource, Variant
from catalog.services.change_sets.editing import MOST_ROWS, make_change_set
from catalog.services.change_sets.values import Value
from catalog.services.current_values import current_values
from catalog.services.formulas import (
    Formula,
    FormulaPreview,
    as_request,
    from_recommended,
    plus_percent,
    preview,
    rounded_to,
    tiers_of,
    with_margin,
)

ENDINGS = ("0.95", "0.99")
_BATCH = 2000


def formula_of(given: dict[str, Any]) -> Formula:
    """Read {"formula": "plus"|"recommended"|"margin", "percent": "3", "ending": ""|"0.95"|"0.99"}.

    Raises InvalidInput with errors by field.
    """
    percent = _percent(given.get("percent") or "0")
    makers = {"plus": plus_percent, "recommended": from_recommended, "margin": with_margin}
    maker = makers.get(str(given.get("formula")))
    if maker is None:
        raise _refused("formula", _("This formula does not exist."))
    try:
        formula = maker(percent)
    except ValueError:
        raise _refused("percent", _("%s%% does not give a valid price.") % percent) from None
    ending = str(given.get("ending") or "")
    if not ending:
        return formula
    if ending not in ENDINGS:
        raise _refused("ending", _("Prices can end only in %s.") % ", ".join(ENDINGS))
    return rounded_to(Decimal(ending), formula)


def preview_formula(
    formula: Formula, *, vendor: str, variants: Sequence[Variant], market: Market | None = None
) -> list[FormulaPreview]:
    """Return the tiers that it changes in the market; nothing is stored."""
    current = current_values(ChangeKind.SALES_PRICES, vendor=vendor, variants=variants, market=market)
    return [
        row
        for variant in variants
        if (value := current.get(variant.sku)) and (value["purchase"] or value["sales"])
        for row in preview(formula, sku=variant.sku, tiers=tiers_of(value))
    ]


def draft_formula(
    formula: Formula,
    *,
    vendor: str,
    variants: QuerySet[Variant],
    title: str,
    actor: str,
    market: Market | None = None,
) -> ChangeSet | None:
    """Draft the formula over all these variants' prices in the market. Return None when it changes nothing.

    Raises InvalidInput.
    """
    rows: dict[str, Value] = {}
    found = variants.order_by("pk").iterator(chunk_size=_BATCH)
    while len(rows) <= MOST_ROWS and (batch := list(islice(found, _BATCH))):
        rows |= _requests(formula, vendor=vendor, variants=batch, market=market)
    if not rows:
        return None
    return make_change_set(
        ChangeKind.SALES_PRICES,
        vendor=vendor,
        rows=rows,
        title=title,
        source=ChangeSource.FORMULA,
        actor=actor,
        market=market,
    )


def _requests(formula: Formula, *, vendor: str, variants: Sequence[Variant], market: Market | None) -> dict[str, Value]:
    by_sku: dict[str, list[FormulaPreview]] = {}
    for row in preview_formula(formula, vendor=vendor, variants=variants, market=market):
        by_sku.setdefault(row.sku, []).append(row)
    return {sku: as_request(rows) for sku, rows in by_sku.items()}


def _percent(text: Any) -> Decimal:
    try:
        percent = Decimal(str(text).replace(",", "."))
    except InvalidOperation:
        raise _refused("percent", _("%s is not a number.") % text) from None
    if not percent.is_finite() or abs(percent) > 10_000:
        raise _refused("percent", _("%s is not a number.") % text)
    return percent


def _refused(field: str, text: str) -> InvalidInput:
    return InvalidInput(text, errors={field: [text]})

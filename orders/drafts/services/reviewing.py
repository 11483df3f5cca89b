"""What stands against a draft while it is typed: the pre-flight of every order, without locks and without writing."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from backoffice.accounts.models import Shop
from backoffice.accounts.models.shop import OddPrice, ShortStock
from backoffice.errors import Errors, add_error, merge
from backoffice.sight import may_see_purchase_prices
from backoffice.text.translatable import gettext as _
from backoffice.vendors.money import round_money
from catalog.services.stock import find_left
from orders.drafts.services.alike import find_alike
from orders.drafts.services.assembling import Assembled, PricedLine, assemble, build_new_order
from orders.drafts.services.contents import DraftContent
from orders.models import Order, OrderLine
from orders.services.intake.new_rows import build_rows
from orders.services.preflight.address_checks import check_countries
from orders.services.preflight.line_checks import validate_lines
from orders.services.preflight.order_checks import Findings, check_limits
from orders.services.preflight.price_checks import check_prices


@dataclass(frozen=True)
class LineReview:
    """A line with what the page says of it; money is net, in the order's currency. `left` is how much of it there is,
    None where nobody counts; `margin` is None while price or cost is not known.
    """

    priced: PricedLine
    name: str
    vendor: str
    kind: str
    left: int | None
    total: Decimal | None
    margin: Decimal | None
    margin_percent: int | None
    # By the names of the line's fields.
    errors: Errors


@dataclass(frozen=True)
class DraftReview:
    """All of a draft. `errors` would be refused, `warnings` are taken and held, both by the paths of the order's
    fields; `suggestions` are a street and care-of that would fit, by address.
    """

    lines: list[LineReview]
    net: Decimal
    computed_total: Decimal
    total: Decimal
    margin: Decimal | None
    margin_percent: int | None
    vendors: list[str]
    errors: Errors = field(default_factory=dict)
    warnings: Errors = field(default_factory=dict)
    suggestions: dict[str, dict[str, str]] = field(default_factory=dict)
    # Orders that it may repeat without its writer's knowing.
    alike: list[Order] = field(default_factory=list)


def review_draft(content: DraftContent, *, shop: Shop, repeats: Order | None = None) -> DraftReview:
    """Return what the intake would say of the draft now; a number of queries that its lines do not change.

    The stock is read without locking it: the intake counts again.
    """
    assembled = assemble(content, shop=shop)
    if not content.lines:
        return _summarize(assembled, [], Findings(), {}, shop=shop)
    rows = build_rows(build_new_order(content, assembled, shop=shop, reference="draft"), shop=shop)
    findings = Findings()
    markets = [assembled.market] * len(rows.lines)
    findings.lines = validate_lines(rows.lines, shop=shop, errors=findings.errors, markets=markets)
    check_countries(((address.field, address) for address in rows.addresses), errors=findings.errors)
    check_limits(rows, findings)
    check_prices(rows, findings.lines, market=assembled.market, errors=findings.prices)
    left = _find_left(assembled.lines)
    _check_left(assembled.lines, left, errors=findings.stock)
    review = _summarize(assembled, rows.lines, findings, left, shop=shop)
    alike = find_alike(content, fingerprint=rows.order.fingerprint, shop=shop, repeats=repeats)
    return replace(review, alike=alike)


def _find_left(lines: Sequence[PricedLine]) -> dict[str, int]:
    """Return how many there are by SKU."""
    variants = {line.variant.pk: line.variant for line in lines if line.variant is not None}
    return {sku: pieces for (_vendor, sku), pieces in find_left(variants.values()).items()}


def _check_left(lines: Sequence[PricedLine], left: dict[str, int], *, errors: Errors) -> None:
    """Complain where there is less than is ordered; lines of one SKU share what there is, in their order."""
    taken: dict[str, int] = {}
    for index, priced in enumerate(lines):
        sku, quantity = priced.line.sku or "", priced.quantity or 0
        if sku not in left or quantity + taken.get(sku, 0) <= left[sku]:
            taken[sku] = taken.get(sku, 0) + quantity
            continue
        params = {"quantity": quantity, "sku": sku, "left": max(0, left[sku] - taken.get(sku, 0))}
        text = _("%(quantity)d × %(sku)s is more than the %(left)d left in stock.")
        add_error(errors, f"lines[{index}].quantity", text % params)
        taken[sku] = taken.get(sku, 0) + quantity


def _summarize(
    assembled: Assembled, rows: Sequence[OrderLine], findings: Findings, left: dict[str, int], *, shop: Shop
) -> DraftReview:
    """Where we could not read what was typed, that is what is said, and not what follows from it."""
    refused, held = [findings.errors], [findings.doubts]
    (refused if shop.on_odd_price == OddPrice.REFUSE else held).append(findings.prices)
    if shop.on_short_stock != ShortStock.BACKORDER:
        (refused if shop.on_short_stock == ShortStock.REFUSE else held).append(findings.stock)
    errors, warnings = (_without(merge(*some), assembled.errors) for some in (refused, held))
    errors = assembled.errors | errors
    lines = [
        _review_line(priced, row, left, index=index, errors=errors | warnings, currency=assembled.currency)
        for index, (priced, row) in enumerate(zip(assembled.lines, rows, strict=bool(rows)))
    ]
    net = sum((line.total for line in lines if line.total is not None), Decimal(0))
    margins = [line.margin for line in lines]
    margin = sum((one for one in margins if one is not None), Decimal(0)) if lines and None not in margins else None
    return DraftReview(
        lines=lines,
        net=net,
        computed_total=assembled.computed_total,
        total=assembled.total,
        margin=margin,
        margin_percent=None if margin is None or not net else round(100 * margin / net),
        vendors=sorted({line.vendor for line in lines}),
        errors=errors,
        warnings=warnings,
        suggestions=findings.suggestions,
    )


def _without(errors: Errors, known: Errors) -> Errors:
    return {path: texts for path, texts in errors.items() if path not in known}


def _review_line(
    priced: PricedLine, row: OrderLine, left: dict[str, int], *, index: int, errors: Errors, currency: str
) -> LineReview:
    total = margin = None
    if priced.unit_price is not None and priced.quantity:
        total = round_money(priced.net, currency=currency)
        if row.unit_cost is not None and may_see_purchase_prices():
            margin = total - round_money(row.unit_cost * priced.quantity, currency=currency)
    path = f"lines[{index}]."
    return LineReview(
        priced=priced,
        name=row.name,
        vendor=row.vendor,
        kind=row.kind,
        left=left.get(priced.line.sku or ""),
        total=total,
        margin=margin,
        margin_percent=None if margin is None or not total else round(100 * margin / total),
        errors={name.removeprefix(path): texts for name, texts in errors.items() if name.startswith(path)},
    )

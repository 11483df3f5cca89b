"""From what is typed to an order as the intake takes it: numbers are read, and prices come from the catalogue."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import msgspec
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.accounts.services.markets import Market, find_market
from backoffice.errors import Errors, InvalidInput, add_error
from backoffice.tables.numbers import read_amount, read_whole
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import TakesDraftOrders
from backoffice.vendors.money import round_money, spell_total
from backoffice.vendors.registry import vendors_with
from catalog.models import Variant
from catalog.services.market_prices import tiers_in_market
from catalog.services.orderable_variants import Tier
from catalog.services.quotes import Quote, find_quote
from orders.drafts.services.contents import DraftContent, DraftFile, DraftLine, is_empty_address
from orders.services.intake.input import NewLine, NewOrder, PrintFile

_SAME_NAMES = (
    "customer", "recipient", "shipper", "export", "letter_address", "shipping_method", "express_shipping",
    "express_production", "gift_message", "custom_properties",
)  # fmt: skip
_LARGEST = 2_147_483_647


@dataclass
class PricedLine:
    """A line as it is sold. `listed` is the catalogue's price for its quantity, None where it has none; the line is
    sold at `unit_price`, None while there is no price at all.
    """

    line: DraftLine
    variant: Variant | None
    quantity: int | None = None
    listed: Quote | None = None
    unit_price: Decimal | None = None
    tax_percent: Decimal | None = None

    @property
    def net(self) -> Decimal:
        """Return what the line costs without tax; 0 while its quantity or price is not known."""
        return (self.unit_price or Decimal(0)) * (self.quantity or 0)

    @property
    def gross(self) -> Decimal:
        """Return it with tax, where the tax is known."""
        return self.net * (1 + (self.tax_percent or Decimal(0)) / 100)


@dataclass
class Assembled:
    """An order made of a draft, and what could not be read of it, by the paths of the order's fields."""

    lines: list[PricedLine]
    computed_total: Decimal
    total: Decimal
    currency: str
    # None where the shop does not sell in that currency to that country.
    market: Market | None
    errors: Errors = field(default_factory=dict)


def assemble(content: DraftContent, *, shop: Shop) -> Assembled:
    """Return the lines priced in their market, and the totals. Three queries for any number of lines, two more for a
    shop of several markets.
    """
    errors: Errors = {}
    currency = content.currency or shop.currency
    market = find_market(shop, currency=currency, country=content.recipient.country_code or "")
    variants = find_draft_variants(line.sku for line in content.lines)
    tiers = tiers_in_market(variants.values(), market or Market(currency))
    terms = _Terms(shop, currency, market or Market(currency), tiers)
    lines = [
        _price(line, variants.get(line.sku or ""), terms, path=f"lines[{index}]", errors=errors)
        for index, line in enumerate(content.lines)
    ]
    if not lines:
        add_error(errors, "lines", _("Add a product."))
    computed = round_money(sum((line.gross for line in lines), Decimal(0)), currency=currency)
    typed = _amount(content.total, currency=currency, path="total", errors=errors)
    return Assembled(lines, computed, computed if typed is None else typed, currency, market, errors)


def build_new_order(content: DraftContent, assembled: Assembled, *, shop: Shop, reference: str) -> NewOrder:
    """Return the order as a storefront would send it. What is not known yet is 0 or left out."""
    given = {name: getattr(content, name) for name in _SAME_NAMES}
    invoice = None if is_empty_address(content.invoice_address) else content.invoice_address
    return NewOrder(
        reference=reference,
        placed_at=timezone.now(),
        currency=assembled.currency,
        total=spell_total(assembled.total, currency=assembled.currency),
        lines=[_new_line(line) for line in assembled.lines],
        invoice_address=invoice,
        **given,
    )


def find_draft_variants(skus: Iterable[str | None]) -> dict[str, Variant]:
    """Return the variants by SKU, with tiers and availabilities; of several vendors that of the first."""
    requested = {sku for sku in skus if sku}
    if not requested:
        return {}
    vendors = vendors_with(TakesDraftOrders)
    rows = Variant.objects.filter(sku__in=requested, vendor__in=vendors).prefetch_related("tiers", "availabilities")
    return {row.sku: row for row in sorted(rows, key=lambda row: vendors.index(row.vendor), reverse=True)}


@dataclass(frozen=True)
class _Terms:
    """By what lines are priced: the tiers of their variants in the market, by key."""

    shop: Shop
    currency: str
    market: Market
    tiers: Mapping[int, Sequence[Tier]]


def _price(line: DraftLine, variant: Variant | None, terms: _Terms, *, path: str, errors: Errors) -> PricedLine:
    priced = PricedLine(line, variant, quantity=_quantity(line.quantity, path=f"{path}.quantity", errors=errors))
    priced.tax_percent = terms.shop.tax_percent
    if line.tax_percent:
        tax = _amount(line.tax_percent, currency=terms.currency, path=f"{path}.tax_percent", errors=errors)
        priced.tax_percent = tax
    own = _amount(line.unit_price, currency=terms.currency, path=f"{path}.unit_price", errors=errors)
    if variant is not None and priced.quantity:
        tiers = terms.tiers[variant.pk]
        priced.listed = find_quote(variant, quantity=priced.quantity, market=terms.market, tiers=tiers)
    priced.unit_price = own
    if priced.listed is not None and not line.unit_price:
        priced.unit_price = priced.listed.unit_price
    if priced.unit_price is None and not line.unit_price and priced.quantity:
        add_error(errors, f"{path}.unit_price", _("The catalogue has no price for this product. Enter one."))
    return priced


def _quantity(text: str, *, path: str, errors: Errors) -> int | None:
    if not text:
        add_error(errors, path, _("Enter a quantity."))
        return None
    try:
        quantity = read_whole(text)
    except InvalidInput as error:
        add_error(errors, path, error.text)
        return None
    if not 0 < quantity <= _LARGEST:
        add_error(errors, path, _("Enter a quantity from 1 to %(largest)d.") % {"largest": _LARGEST})
        return None
    return quantity


def _amount(text: str, *, currency: str, path: str, errors: Errors) -> Decimal | None:
    """Return None without a text, and for one that is no amount in the order's currency."""
    if not text:
        return None
    try:
        amount = read_amount(text)
    except InvalidInput as error:
        add_error(errors, path, error.text)
        return None
    if amount.currency not in ("", currency):
        add_error(errors, path, _("The order is in %(currency)s.") % {"currency": currency})
        return None
    if amount.value < 0:
        add_error(errors, path, _("The value cannot be less than 0."))
        return None
    return amount.value


def _new_line(priced: PricedLine) -> NewLine:
    line = priced.line
    return NewLine(
        reference=line.reference,
        sku=line.sku,
        design_id=line.design_id,
        custom_product=line.custom_product,
        name=line.name,
        quantity=priced.quantity or 0,
        unit_price=f"{(priced.unit_price or Decimal(0)).normalize():f}",
        tax_percent=None if priced.tax_percent is None else f"{priced.tax_percent.normalize():f}",
        files=[_print_file(file) for file in line.files],
        customs=msgspec.structs.replace(line.customs) if line.customs else None,
        custom_properties=line.custom_properties,
    )


def _print_file(file: DraftFile) -> PrintFile:
    """Return one given to us by its id, else one of the order that is repeated by its address."""
    if file.file_id or not file.url:
        return PrintFile(file_id=file.file_id or "", type=file.type)
    return PrintFile(url=file.url, type=file.type)

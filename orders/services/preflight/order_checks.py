"""The pre-flight: what a vendor would refuse or could not make is found while the shop still listens."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from django.conf import settings

from backoffice.accounts.services.markets import Market, choose_market, markets_of
from backoffice.errors import Errors, add_error, merge
from backoffice.text.emails import usable_email
from backoffice.text.regions import country_code
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import join
from backoffice.vendors.abilities import TakesOrders
from backoffice.vendors.registry import vendor_type
from orders.models import Address, AddressRole, HoldReason, Order, OrderLine
from orders.services.change_labels import describe_errors
from orders.services.order_message import OrderRows, build_message
from orders.services.preflight.address_checks import check_countries, doubts_about
from orders.services.preflight.address_proposals import propose_address
from orders.services.preflight.line_checks import ValidatedLine, check_url, validate_lines
from orders.services.preflight.price_checks import check_prices, country_of
from orders.services.preflight.stock_checks import check_stock

# Whose streets vendors get to see.
_SENT = (AddressRole.RECIPIENT, AddressRole.SHIPPER, AddressRole.EXPORT)
_ADDRESSES = tuple(f"{role.field}." for role in AddressRole)


@dataclass
class Findings:
    """What the pre-flight finds: `errors` by field path, `suggestions` of new values that would fit, by address.

    What the shop may choose to take all the same stands apart: `prices` that nobody would mean, `stock` too small.
    `doubts` are as `errors`, of what a vendor may take and a person has to decide: the order is taken and held.
    `remarks` stop nothing and ought to be known.
    """

    lines: list[ValidatedLine] = field(default_factory=list)
    errors: Errors = field(default_factory=dict)
    prices: Errors = field(default_factory=dict)
    stock: Errors = field(default_factory=dict)
    doubts: Errors = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    # Lines of which another number is on backorder than was known: that number.
    backorders: dict[OrderLine, int] = field(default_factory=dict)
    suggestions: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def obstacles(self) -> Errors:
        """All that keeps an order from being sent; `prices` and `stock` as far as its shop does not take them."""
        return merge(self.errors, self.prices, self.stock)

    def dismiss(self, reason: HoldReason) -> None:
        """Leave out what a person decides who ends a hold of that reason."""
        if reason == HoldReason.ODD_PRICE:
            self.prices = {}
        elif reason == HoldReason.OUT_OF_STOCK:
            self.stock = {}

    @property
    def may_be_overridden(self) -> bool:
        """Whether a person may send it all the same: the catalogue may be behind, a vendor's limits are not."""
        return bool(self.obstacles) and not any(is_about_address(path) for path in self.errors)

    @property
    def in_words(self) -> str:
        return join(describe_errors(self.obstacles))


def by_reason(*, errors: Errors, prices: Errors, stock: Errors) -> dict[HoldReason, Errors]:
    """Return what stands against an order by the reason to hold it for that."""
    address, other = divide(errors)
    found = {
        HoldReason.BAD_ADDRESS: address,
        HoldReason.INVALID_INPUT: other,
        HoldReason.ODD_PRICE: prices,
        HoldReason.OUT_OF_STOCK: stock,
    }
    return {reason: some for reason, some in found.items() if some}


def is_about_address(path: str) -> bool:
    """Return whether the field of that path is part of an address."""
    return path.startswith(_ADDRESSES)


def divide(errors: Errors) -> tuple[Errors, Errors]:
    """Divide errors by who corrects them: those of addresses, which we do, and all else, which the shop does."""
    address = {path: texts for path, texts in errors.items() if is_about_address(path)}
    return address, {path: texts for path, texts in errors.items() if path not in address}


def check_order(
    rows: OrderRows, *, without: Collection[int] = (), check_parts: bool = True, beside: Sequence[OrderLine] = ()
) -> Findings:
    """Return all that stands against the order, in a constant number of queries; nothing is saved, and its lines are
    filled from the catalogue (`validate_lines`). Of its stock, lines `without` which it is asked take nothing. What its
    total is made of is looked at with `check_parts`. Lines `beside` these only count for the total.

    Must run in the transaction that writes the order: until its end no other takes of the same stock.
    """
    order, findings = rows.order, Findings()
    market = market_of(order, rows.addresses, markets=markets_of(order.shop))
    findings.lines = validate_lines(
        rows.lines,
        shop=order.shop,
        errors=findings.errors,
        markets=[market] * len(rows.lines),
        sold_before=order.complaint,
    )
    check_countries(((address.field, address) for address in rows.addresses), errors=findings.errors)
    check_limits(rows, findings)
    check_prices(rows, findings.lines, market=market, errors=findings.prices, check_parts=check_parts, beside=beside)
    # Last, since it locks.
    check_stock(findings.lines, errors=findings.stock, without=without)
    return findings


def market_of(order: Order, addresses: Iterable[Address], *, markets: Iterable[Market]) -> Market | None:
    """Return which of its shop's it belongs to, by its currency and where it goes; None where there is none."""
    return choose_market(markets, currency=order.currency, country=country_of(addresses))


def check_limits(rows: OrderRows, findings: Findings) -> None:
    """Add what needs no query: the vendors' own limits, and what the shop sells. `findings` has the lines already."""
    order, errors = rows.order, findings.errors
    _check_express(order, findings)
    if order.customer_email and not usable_email(order.customer_email):
        # Only letters and reviews need it: what the customer bought is made all the same.
        text = _("%(email)s is not an e-mail address: the customer gets no letters and no review requests.")
        findings.remarks.append(text % {"email": order.customer_email})
    for index, document in enumerate(document for document in rows.documents if not document.made_by_us):
        check_url(document.url, path=f"documents[{index}].url", errors=errors)
    if order.generic_label and not settings.LABEL_SECRET:
        text = _("Labels cannot be supplied: LABEL_SECRET is not set.")
        add_error(errors, "generic_label", text)
    for index, line in enumerate(rows.lines):
        if line.customs:
            _check_customs(line.customs, path=f"lines[{index}].customs", errors=errors)
    for vendor in dict.fromkeys(line.vendor for line in rows.lines):
        _check_vendor(rows, findings, vendor=vendor)
    for address in rows.addresses:
        if address.role == AddressRole.LETTER:
            _check_letter_address(address, errors=errors)
        _move_doubts(address, findings)


def _check_express(order: Order, findings: Findings) -> None:
    slow = {line.variant.sku for line in findings.lines if line.variant and not line.variant.express_available}
    for name in ("express_shipping", "express_production"):
        for sku in sorted(slow) if getattr(order, name) else ():
            add_error(findings.errors, name, _("%(sku)s is not offered as express.") % {"sku": sku})


def _check_customs(customs: Mapping[str, Any], *, path: str, errors: Errors) -> None:
    for name in ("description", "number", "origin"):
        if not customs[name]:
            add_error(errors, f"{path}.{name}", _("Missing."))
    if customs["origin"] and country_code(customs["origin"]) is None:
        add_error(errors, f"{path}.origin", _("%(code)s is not a country code.") % {"code": customs["origin"]})


def _check_letter_address(address: Address, *, errors: Errors) -> None:
    """Check what no vendor of goods gets to see: a part of an address is none, and letters would go elsewhere."""
    path = address.field
    for name in ("street", "zip", "city", "country_code"):
        if not getattr(address, name):
            add_error(errors, f"{path}.{name}", _("Missing."))
    if not (address.lastname or address.company):
        add_error(errors, f"{path}.lastname", _("A last name or a company is required."))


def _move_doubts(address: Address, findings: Findings) -> None:
    """Make a vendor's error about such a field a doubt too; in addresses but the recipient's only those count."""
    for name, text in doubts_about(address).items():
        path = f"{address.field}.{name}"
        is_refused = findings.errors.pop(path, None) is not None
        if is_refused or address.role == AddressRole.RECIPIENT:
            findings.doubts[path] = [text]


def _check_vendor(rows: OrderRows, findings: Findings, *, vendor: str) -> None:
    """Check what its vendor would be sent against that vendor's own limits."""
    limits = vendor_type(vendor, TakesOrders)
    own = [index for index, line in enumerate(rows.lines) if line.vendor == vendor]
    known_paths = set(findings.errors)
    # A slip of ours comes last: the shop counts its own documents only.
    documents = sorted(rows.documents, key=attrgetter("made_by_us"))
    message = build_message(
        OrderRows(rows.order, [rows.lines[index] for index in own], rows.addresses, documents),
        # Where our number is not known yet: it always fits.
        reference=rows.order.number or "number",
        designs={line.design.public_id: line.design.vendor_id for line in findings.lines if line.design},
    )
    for error in limits.check_order(message):
        path = _our_path(error.field, own)
        # What the catalogue says of a field says more than that its vendor would refuse it too.
        if path not in known_paths:
            add_error(findings.errors, path, error.text)
    longest = {name: most for name, (_least, most) in limits.ADDRESS_LIMITS.items()}
    for address in rows.addresses:
        if address.role in _SENT and (proposal := propose_address(address, limits=longest)):
            findings.suggestions[address.field] = proposal


def _our_path(path: str, own: list[int]) -> str:
    """Return `lines[2].sku` for `lines.0.sku`, which counts the vendor's lines: ours may have others between them."""
    head, *rest = path.split(".")
    if head == "lines" and rest:
        rest[0] = str(own[int(rest[0])])
    return head + "".join(f"[{part}]" if part.isdecimal() else f".{part}" for part in rest)

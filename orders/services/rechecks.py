"""The pre-flight once more, before an order is released: what a vendor would refuse is found before anything leaves.

Since the order came in, staff may have let it go on as it was, and the catalogue may have changed.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from backoffice.errors import InvalidInput
from backoffice.models import Shop
from backoffice.translatable import gettext as _
from catalog.models import Variant
from orders.models import HoldReason, Order, OrderLine, VendorOrderState
from orders.models.line import LineKind
from orders.services.designs.ids import is_ours
from orders.services.intake.input import (
    Auth,
    BasicAuth,
    NewAddress,
    NewCustomer,
    NewCustoms,
    NewDocument,
    NewLine,
    NewOrder,
    PrintFile,
)
from orders.services.intake.line_checks import Errors, judge_lines
from orders.services.intake.new_rows import ROLE_FIELDS, addresses_of
from orders.services.intake.preflight import Findings, check_countries, check_limits

# What is there in another state was accepted by its vendor, and is not sent again.
UNSENT = (VendorOrderState.PLANNED, VendorOrderState.REFUSED, VendorOrderState.CANCELLED)
_LINE = re.compile(r"lines\[(\d+)\](.*)", re.DOTALL)
_ADDRESSES = tuple(f"{name}." for name in ROLE_FIELDS.values())


def is_about_address(path: str) -> bool:
    """Return whether the field of that path is part of an address."""
    return path.startswith(_ADDRESSES)


@dataclass
class Recheck:
    """What stands against sending an order: complaints by the path of the field, lines counted as at intake."""

    errors: Errors = field(default_factory=dict)
    suggestions: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def may_be_overridden(self) -> bool:
        """Whether a person may send it all the same: the catalogue may be behind, a vendor's own limits are not."""
        return bool(self.errors) and not any(is_about_address(path) for path in self.errors)

    @property
    def in_words(self) -> str:
        return " ".join(f"{path}: {' '.join(texts)}" for path, texts in self.errors.items())


def ensure_sendable(order: Order, *, anyway: bool = False) -> None:
    """Raise InvalidInput, with the complaints by field, when the vendors would refuse what is left to send.

    With `anyway` only what no vendor takes stops it: complaints of the catalogue are passed over.
    """
    found = recheck_orders([order])[order.pk]
    if found.errors and not (anyway and found.may_be_overridden):
        text = _("%(number)s would be refused: %(complaints)s") % {
            "number": order.number, "complaints": found.in_words,
        }  # fmt: skip
        raise InvalidInput(text, errors=found.errors)


def reasons_to_hold(errors: Errors) -> dict[HoldReason, Errors]:
    """Divide complaints as the intake does: addresses are corrected here, all else with the shop."""
    address = {path: texts for path, texts in errors.items() if is_about_address(path)}
    other = {path: texts for path, texts in errors.items() if path not in address}
    return {
        reason: some for reason, some in ((HoldReason.BAD_ADDRESS, address), (HoldReason.INVALID_INPUT, other)) if some
    }


def recheck_orders(orders: Collection[Order]) -> dict[int, Recheck]:
    """Return what stands against each order, by its key; in a number of queries that their number does not change."""
    rows = Order.objects.filter(pk__in=[order.pk for order in orders]).select_related("shop").defer("search")
    by_shop: dict[Shop, list[_Sale]] = defaultdict(list)
    for order in rows.prefetch_related("lines", "addresses", "documents", "vendor_orders__lines"):
        by_shop[order.shop].append(_Sale(order))
    found = {order.pk: Recheck() for order in orders}
    if by_shop:
        has_catalogue = Variant.objects.exists()
        for shop, sales in by_shop.items():
            _recheck(shop, [sale for sale in sales if sale.lines], found, has_catalogue=has_catalogue)
    return found


class _Sale:
    """An order as its shop would send it now, with the lines that are still to be sent."""

    def __init__(self, order: Order) -> None:
        self.order = order
        parts = list(order.vendor_orders.all())
        unsent = {row.line_id for part in parts if part.state in UNSENT for row in part.lines.all()}
        self.lines = [line for line in order.lines.all() if not parts or line.pk in unsent]
        self.new = _as_new(order, self.lines) if self.lines else None

    def path_of(self, path: str) -> str:
        """The path with the line's place in the whole order."""
        match = _LINE.fullmatch(path)
        return f"lines[{self.lines[int(match[1])].position - 1}]{match[2]}" if match else path


def _recheck(shop: Shop, sales: list[_Sale], found: dict[int, Recheck], *, has_catalogue: bool) -> None:
    """All lines and all addresses of a shop are judged at once, the rest order by order without a query."""
    news = [(sale, sale.new) for sale in sales if sale.new is not None]
    errors: Errors = {}
    judged = judge_lines(
        [line for _sale, new in news for line in new.lines], shop=shop, errors=errors, sold_before=True
    )
    start = 0
    addresses: list[tuple[str, NewAddress]] = []
    for place, (_sale, new) in enumerate(news):
        addresses += [(f"{place}/{name}", address) for _role, name, address in addresses_of(new)]
    places: Errors = {}
    check_countries(addresses, errors=places)
    for place, (sale, new) in enumerate(news):
        own = range(start, start + len(new.lines))
        start = own.stop
        findings = Findings(lines=judged[own.start : own.stop])
        if has_catalogue:  # else it has not come in yet, and what is not known cannot be judged
            findings.errors |= {
                f"lines[{index}]{rest}": texts
                for index, line in enumerate(own)
                for rest, texts in _of_line(errors, line)
            }
        prefix = f"{place}/"
        findings.errors |= {
            path.removeprefix(prefix): texts for path, texts in places.items() if path.startswith(prefix)
        }
        check_limits(new, findings, shop=shop)
        recheck = found[sale.order.pk]
        recheck.errors = {sale.path_of(path): texts for path, texts in findings.errors.items()}
        recheck.suggestions = findings.suggestions


def _of_line(errors: Errors, index: int) -> Iterable[tuple[str, list[str]]]:
    prefix = f"lines[{index}]"
    return [(path.removeprefix(prefix), texts) for path, texts in errors.items() if path.startswith(prefix)]


def _as_new(order: Order, lines: list[OrderLine]) -> NewOrder:
    addresses = {
        ROLE_FIELDS[row.role]: NewAddress(**{name: getattr(row, name) or None for name in NewAddress.__struct_fields__})  # type: ignore[index]
        for row in order.addresses.all()
    }
    return NewOrder(
        reference=order.reference,
        placed_at=order.placed_at,
        currency=order.currency,
        total=str(order.total),
        customer=NewCustomer(
            email=order.customer_email or None,
            firstname=order.customer_firstname or None,
            lastname=order.customer_lastname or None,
            phone=order.customer_phone or None,
        ),
        lines=[_as_new_line(line) for line in lines],
        shipping_method=order.shipping_method or None,
        express_shipping=order.express_shipping,
        express_production=order.express_production,
        complaint=order.complaint,
        custom_properties=order.custom_properties,
        documents=[
            NewDocument(
                kind=document.kind,  # type: ignore[arg-type]  # the model's choices are these
                url=document.url,
                carrier=document.carrier or None,
                tracking_code=document.tracking_code or None,
                auth=_auth(document.credentials),
            )
            for document in order.documents.all()
            if not document.made_by_us
        ],
        generic_label=order.generic_label,
        **{"recipient": NewAddress(), **addresses},
    )


def _as_new_line(line: OrderLine) -> NewLine:
    credentials = line.file_credentials or {}
    # A design of ours says itself what it is now: its customer may have switched to another variant.
    names_sku = line.kind != LineKind.SIGN and not (line.design_id and is_ours(line.design_id))
    return NewLine(
        sku=line.sku or None if names_sku else None,
        design_id=line.design_id or None,
        custom_product=line.custom_product or None,
        quantity=line.quantity,
        unit_price=str(line.unit_price),
        tax_percent=None if line.tax_percent is None else str(line.tax_percent),
        reference=line.reference,
        name=line.name,
        files=[
            PrintFile(file_id=file["file_id"], type=file.get("type") or None)
            if file.get("file_id")
            else PrintFile(url=file["url"], type=file.get("type") or None, auth=_auth(credentials.get(str(index))))
            for index, file in enumerate(line.files)
        ],
        customs=NewCustoms(**line.customs) if line.customs else None,
        custom_properties=line.custom_properties,
    )


def _auth(kept: Any) -> Auth | None:
    """Credentials as they were given, from what `sealed` made of them."""
    if not kept:
        return None
    if kept["scheme"] == "basic":
        return Auth(basic=BasicAuth(username=kept["username"], password=kept["password"]))
    return Auth(header=kept["header"])

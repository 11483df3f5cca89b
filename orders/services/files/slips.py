"""Delivery slips: an A4 PDF in the shop's name and language that lies in the parcel.

A slip is about one vendor order, which is one parcel when we supply documents; it names what else of the order comes
apart. It says no prices. It is drawn when it is asked for, so a corrected address is on it; the same facts make the
same bytes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.utils import formats, timezone, translation

from backoffice.translatable import gettext as _
from fulfillment.models import Country
from orders.models import Address, AddressRole, Order, OrderLine, VendorOrder


@dataclass(frozen=True)
class Slip:
    """All that a slip says, in words; `inside` and `apart` are (quantity, name, SKU)."""

    title: str
    shop: str
    sender: list[str]
    recipient: list[str]
    facts: list[tuple[str, str]]
    columns: tuple[str, str, str]
    inside: list[tuple[str, str, str]]
    apart_title: str = ""
    apart: list[tuple[str, str, str]] = field(default_factory=list)
    page_of: str = ""


def render_slip(vendor_order: VendorOrder) -> bytes:
    """The PDF for the parcel of that vendor order. Six queries whatever the number of lines."""
    order = Order.objects.select_related("shop").get(pk=vendor_order.order_id)
    inside = set(vendor_order.lines.values_list("line_id", flat=True))
    parts = order.vendor_orders.count()
    return _render(order, inside=inside, part=vendor_order.part, parts=parts)


def render_order_slip(order: Order) -> bytes:
    """The PDF for all of the order, for staff."""
    return _render(order, inside=None, part=1, parts=1)


def _render(order: Order, *, inside: set[int] | None, part: int, parts: int) -> bytes:
    lines = list(order.lines.all())
    within = [line for line in lines if inside is None or line.pk in inside]
    apart = [line for line in lines if line not in within]
    addresses = {address.role: address for address in order.addresses.all()}
    countries = _country_names(addresses.values())
    with translation.override(language_of(order.shop.language)):
        facts = [
            (_("Order"), order.reference),
            (_("Order number"), order.number),
            (_("Ordered on"), _date(order.placed_at)),
        ]
        if parts > 1:
            facts.append((_("Parcel"), _("%(part)d of %(parts)d") % {"part": part, "parts": parts}))
        slip = Slip(
            title=_("Delivery slip"),
            shop=order.shop.name,
            sender=_spell(addresses.get(AddressRole.SHIPPER), countries),
            recipient=_spell(addresses.get(AddressRole.RECIPIENT), countries),
            facts=facts,
            columns=(_("Quantity"), _("Product"), _("SKU")),
            inside=[_row(line) for line in within],
            apart_title=_("Comes in a parcel of its own") if apart else "",
            apart=[_row(line) for line in apart],
            page_of=_("Page %(page)d of %(pages)d"),
        )
        from orders.services.files.slip_layout import draw_slip  # heavy to load, and most processes never draw

        return draw_slip(slip)


def language_of(code: str) -> str:
    """The shop's language where we speak it, else English."""
    known = {name for name, _label in settings.LANGUAGES}
    return code.lower() if code.lower() in known else "en"


def _date(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "DATE_FORMAT")


def _row(line: OrderLine) -> tuple[str, str, str]:
    return str(line.quantity), line.name or line.sku or line.reference, line.sku


def _country_names(addresses: Iterable[Address]) -> dict[str, str]:
    codes = {address.country_code.upper() for address in addresses}
    rows = Country.objects.filter(iso2__in=codes) | Country.objects.filter(iso3__in=codes)
    return {code: row.name for row in rows for code in (row.iso2, row.iso3)}


def _spell(address: Address | None, countries: dict[str, str]) -> list[str]:
    """The lines of an address, none of them empty."""
    if address is None:
        return []
    place = f"{address.zip} {address.city}".strip()
    if address.state_code:
        place = f"{place}, {address.state_code}"
    lines = [
        address.company,
        address.department,
        f"{address.firstname} {address.lastname}".strip(),
        address.care_of,
        address.street,
        address.district,
        place,
        countries.get(address.country_code.upper(), address.country_code),
    ]
    return [line for line in lines if line]

"""What storefronts get to see of a design. The addresses that open the editor are in two answers only."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from django.urls import reverse

from backoffice.api.responses import Money, TotalMoney, read_fields, spell_money
from backoffice.api.validation import one_of
from backoffice.vendors.money import spell_total
from backoffice.web.links import public_url
from catalog.services.quotes import Quote
from orders.models import Design, DesignState
from orders.services.designs.editor import SeenDesign
from orders.services.designs.offers import validate_offer


class DesignOffer(msgspec.Struct):
    """What the design costs as it is now: net, the shop's sales price, else the recommended one.

    `next_quantity` is the one from which a piece is cheaper, null when none is.
    """

    quantity: int
    unit_price: Money
    total: TotalMoney
    currency: str
    next_quantity: int | None


class DesignResponse(msgspec.Struct):
    """A design. `sku_changed` says that the customer switched to another variant than was asked for: show the new
    price. `quote` is null when it cannot be ordered as it is; `problems` then says why, by field.
    """

    id: str
    customer: str
    sku: str
    asked_sku: str
    sku_changed: bool
    intent: str
    quantity: int | None
    state: Annotated[str, one_of(DesignState)]
    quote: DesignOffer | None
    problems: dict[str, list[str]]
    preview_url: str
    opened_at: datetime
    submitted_at: datetime | None


class OpenedDesignResponse(DesignResponse):
    """A design with the ways into the editor, empty once it is submitted. They are secrets of that one customer.

    `start_url` is for a window. `start_url_cname` is for a frame, lasts for a session, is new with every reading, and
    is empty where the vendor has none for us.
    """

    start_url: str
    start_url_cname: str


def design_response(design: Design) -> DesignResponse:
    """Return the design without the ways into the editor. Two queries."""
    return read_fields(DesignResponse, design, **_derived(design))


def opened_response(seen: SeenDesign) -> OpenedDesignResponse:
    """Return the design with them, while it can be edited."""
    done = seen.design.is_orderable
    return read_fields(
        OpenedDesignResponse,
        seen.design,
        **_derived(seen.design),
        start_url="" if done else seen.report.start_url,
        start_url_cname="" if done else seen.report.start_url_cname,
    )


def _derived(design: Design) -> dict[str, Any]:
    """Return what the row has under another name, or not at all."""
    offer = validate_offer(design)
    return {
        "id": design.public_id,
        "customer": design.customer.customer,
        "quote": None if offer.quote is None else _quote(offer.quote),
        "problems": offer.problems,
        "preview_url": public_url(reverse("api-design-preview", args=[design.public_id])),
    }


def _quote(quote: Quote) -> DesignOffer:
    return read_fields(
        DesignOffer,
        quote,
        unit_price=spell_money(quote.unit_price),
        total=spell_total(quote.total, currency=quote.currency),
        next_quantity=quote.next_tier.quantity if quote.next_tier else None,
    )

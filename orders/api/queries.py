"""Which orders a storefront asks for."""

from datetime import datetime
from typing import Annotated, cast

from django.db.models import Prefetch, QuerySet
from django.http import QueryDict
from msgspec import Meta, Struct

from backoffice.accounts.models import Shop
from backoffice.api.pagination import PageQuery
from backoffice.api.schema_parts import ENUM_NAME
from backoffice.api.validation import MalformedInput, one_of
from backoffice.staff.models import SavedView
from backoffice.text.datetimes import within_calendar
from backoffice.text.structs import Text
from backoffice.text.translatable import gettext as _
from backoffice.webhooks.services.stream import newest_version
from orders.models import Hold, Order, OrderState, ProductionState, ShipmentState
from orders.models.order import OrderQuerySet
from orders.services.filters import OrderFilters
from orders.services.filters import filter_orders as filter_by_values
from orders.services.intake.input import OnInvalid
from orders.services.search import search_orders

Timestamp = Annotated[datetime, Meta(tz=True)]


class OrderQuery(PageQuery, kw_only=True):
    """Filters of the list; all must hold. Several values of one filter are alternatives."""

    state: list[Annotated[str, one_of(OrderState)]] = []
    production: list[Annotated[str, one_of(ProductionState)]] = []
    shipment: list[Annotated[str, one_of(ShipmentState)]] = []
    late: bool | None = None
    reference: Annotated[str, Meta(max_length=50, description="The shop's reference, exactly."), Text.CODE] = ""
    number: Annotated[str, Meta(max_length=32, description="Our number, exactly."), Text.CODE] = ""
    created_since: Annotated[Timestamp | None, Meta(description="Received then or later.")] = None
    updated_since: Annotated[
        Timestamp | None,
        Meta(description="Changed then or later, in order of change. Go on with `resume_at` to miss nothing."),
    ] = None
    view: Annotated[
        str,
        Meta(max_length=40, description="A view that the staff saved, by its name: its filters hold as well."),
        Text.LINE,
    ] = ""
    search: Annotated[
        str, Meta(max_length=200, description="Beginnings of words: number, reference, customer, recipient, SKU ...")
    ] = ""

    def __post_init__(self) -> None:
        self.created_since = self.created_since and within_calendar(self.created_since)
        self.updated_since = self.updated_since and within_calendar(self.updated_since)


class PlaceQuery(Struct, forbid_unknown_fields=True, kw_only=True):
    on_invalid: Annotated[
        OnInvalid,
        Meta(
            description="`hold` takes an order that breaks limits and holds it for a person.",
            extra_json_schema={ENUM_NAME: "OnInvalid"},
        ),
    ] = "refuse"


def filter_orders(query: OrderQuery, *, shop: Shop, is_test: bool) -> QuerySet[Order]:
    """Return the shop's orders of that mode that fit."""
    conditions = {
        "state__in": query.state,
        "production__in": query.production,
        "shipment__in": query.shipment,
        "reference": query.reference,
        "number": query.number,
        "created_at__gte": query.created_since,
    }
    orders: QuerySet[Order] = Order.objects.filter(
        shop=shop, is_test=is_test, **{name: value for name, value in conditions.items() if value}
    )
    if query.late is not None:
        orders = orders.filter(late=query.late)
    if query.view:
        orders = _in_view(orders, query.view)
    return search_orders(orders, query.search)


def _in_view(orders: QuerySet[Order], name: str) -> QuerySet[Order]:
    """Return the orders of the saved view. Raise MalformedInput where there is none, or one for each person."""
    found = SavedView.objects.filter(list_key="orders", name=name).first()
    values = OrderFilters(QueryDict(found.query)).values if found else {}
    if not values or values.get("view") == "mine":
        text = _("There is no saved view of this name that a shop can read.")
        raise MalformedInput(text, errors={"view": [text]})
    return filter_by_values(cast(OrderQuerySet, orders), values)


def with_parts(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Add all that a response shows, in nine queries for any number of orders."""
    return orders.annotate(version=newest_version("order")).prefetch_related(
        "lines",
        "addresses",
        "documents",
        "shipments__lines",
        "vendor_orders__lines",
        Prefetch("holds", queryset=Hold.objects.filter(released_at__isnull=True)),
    )

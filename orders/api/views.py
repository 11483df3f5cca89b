"""Orders over REST: doors to the services of `orders`."""

from typing import Annotated, ClassVar

import msgspec
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.accounts.models.shop import Scope
from backoffice.api.pagination import build_next, read_changes, read_newest
from backoffice.api.schema import describe_problems, describe_query
from backoffice.api.validation import NoQuery, read_query, read_struct
from backoffice.api.views import ApiView
from backoffice.replica import tolerates_lag
from backoffice.text.structs import Text
from backoffice.text.translatable import gettext as _
from orders.api.edits import ETAG, IF_MATCH, etag_of, read_if_match
from orders.api.keys import MAKING, read_key
from orders.api.queries import OrderQuery, PlaceQuery, filter_orders, with_parts
from orders.api.responses import EventResponse, OrderPage, OrderResponse, TimelineResponse, list_kinds, order_response
from orders.api.taking import id_in, take_order
from orders.models import HoldReason, Order, OrderState
from orders.services.editing.changes import OrderChanges
from orders.services.editing.edits import edit_order
from orders.services.intake.input import NewOrder
from orders.services.lifecycle import cancel_order
from orders.services.timeline import describe


class CancelInput(msgspec.Struct, forbid_unknown_fields=True):
    """Why the order is cancelled, for its timeline."""

    reason: Annotated[str, msgspec.Meta(max_length=500), Text.PARAGRAPH] = ""


class OrdersView(ApiView):
    """The shop's orders."""

    required_scopes: ClassVar = {"GET": Scope.ORDERS_READ, "POST": Scope.ORDERS_WRITE}

    @extend_schema(
        operation_id="list_orders",
        summary="Orders, newest first or by change",
        tags=["orders"],
        parameters=describe_query(OrderQuery),
        responses={200: OrderPage, **describe_problems()},
    )
    @tolerates_lag
    def get(self, request: Request) -> Response:
        query = read_query(request.GET, OrderQuery)
        orders = with_parts(filter_orders(query, shop=self.shop, is_test=self.is_test))
        if query.updated_since is None:
            page = read_newest(orders, query=query)
        else:
            page = read_changes(orders, query=query, since=query.updated_since)
        return Response(
            OrderPage(
                next=build_next(request, page),
                next_cursor=page.cursor or None,
                resume_at=page.resume_at,
                results=[order_response(row) for row in page.rows],
            )
        )

    @extend_schema(
        operation_id="place_order",
        summary="Place an order",
        description="Texts are kept trimmed and composed (NFC), countries and states by their codes of ISO 3166; a "
        "control character is refused with its field. An address without a street is taken, and the order held.",
        tags=["orders"],
        parameters=[*MAKING, *describe_query(PlaceQuery)],
        request=NewOrder,
        responses={201: OrderResponse, **describe_problems(409, 413, 415, 422)},
    )
    def post(self, request: Request) -> Response:
        key = read_key(request)
        hold = read_query(request.GET, PlaceQuery).on_invalid == "hold"
        new = read_struct(request.data, NewOrder)
        answer = take_order(new, shop=self.shop, key=key, hold_invalid=hold, is_test=self.is_test)
        headers = {"Location": f"{request.path}{id_in(answer)}/"}
        if answer.replayed:
            headers["Idempotent-Replayed"] = "true"
        return Response(answer.body, status=answer.status, headers=headers)


class OneOrder(ApiView):
    """A view of one order of the shop, of the key's mode."""

    def find_order(self, pk: int, *, bare: bool = False) -> Order:
        """Return the order with all its parts, or `bare`. Raise NotFound, also for other shops' orders."""
        return self.first_of(Order.objects.filter(pk=pk), bare=bare)

    def first_of(self, orders: QuerySet[Order], *, bare: bool = False) -> Order:
        """Return the first of these that is the shop's, as `find_order` does."""
        orders = orders.filter(shop=self.shop, is_test=self.is_test)
        order = (orders.only("pk") if bare else with_parts(orders)).first()
        if order is None:
            raise NotFound(_("Order not found in this shop."))
        return order


def order_answer(order: Order) -> Response:
    """Return the answer that shows an order, read with its parts."""
    return Response(order_response(order), headers={"ETag": etag_of(order)})


class OrderDetail(OneOrder):
    """One order of the shop."""

    required_scopes: ClassVar = {"GET": Scope.ORDERS_READ, "PATCH": Scope.ORDERS_WRITE}

    @extend_schema(
        operation_id="get_order",
        summary="An order",
        tags=["orders"],
        parameters=[ETAG],
        responses={200: OrderResponse, **describe_problems()},
    )
    def get(self, request: Request, pk: int) -> Response:
        read_query(request.GET, NoQuery)
        return order_answer(self.find_order(pk))

    @extend_schema(
        operation_id="edit_order",
        summary="Change an order",
        description="What is left out stays. Possible while no vendor has the part that changes: a draft there is "
        "given up and begun anew, what is submitted or made is refused (409), with what is possible instead. What "
        "changes "
        "passes the same checks as a new order (422). Holds whose errors are corrected end, and the order goes on. "
        "Paths in `errors` are those of the order as it would be.",
        tags=["orders"],
        parameters=[IF_MATCH, ETAG],
        request=OrderChanges,
        responses={200: OrderResponse, **describe_problems(409, 412, 413, 415, 422, 428)},
    )
    def patch(self, request: Request, pk: int) -> Response:
        read_query(request.GET, NoQuery)
        order = self.find_order(pk, bare=True)
        revision = read_if_match(request)
        changes = read_struct(request.data, OrderChanges)
        edit_order(order, changes, actor=f"shop:{self.shop.code}", revision=revision)
        return order_answer(self.find_order(pk))


class OrderTimeline(OneOrder):
    """What happened to an order."""

    required_scopes: ClassVar = {"GET": Scope.ORDERS_READ}

    @extend_schema(
        operation_id="get_order_timeline",
        summary="What happened to an order",
        tags=["orders"],
        responses={200: TimelineResponse, **describe_problems()},
    )
    def get(self, request: Request, pk: int) -> Response:
        read_query(request.GET, NoQuery)
        # Of an earlier release there may be kinds that nobody knows any more.
        events = self.find_order(pk, bare=True).events.filter(kind__in=list_kinds()).order_by("at", "pk")
        # What rules hold an order for is between staff too.
        events = events.exclude(kind__startswith="hold.", params__reason=HoldReason.RULE)
        results = [EventResponse(event.at, event.kind, str(describe(event))) for event in events]
        return Response(TimelineResponse(results))


class OrderCancellation(OneOrder):
    """The wish to cancel an order."""

    required_scopes: ClassVar = {"POST": Scope.ORDERS_WRITE}

    @extend_schema(
        operation_id="cancel_order",
        summary="Cancel an order",
        description="200 when it is cancelled, 202 while its vendor is asked; see `state` and `cancel_requested`.",
        tags=["orders"],
        request=CancelInput,
        responses={200: OrderResponse, 202: OrderResponse, **describe_problems(409, 413, 415)},
    )
    def post(self, request: Request, pk: int) -> Response:
        read_query(request.GET, NoQuery)
        reason = read_struct(request.data, CancelInput).reason
        order = self.find_order(pk)
        if order.state != OrderState.CANCELLED:
            cancel_order(order, actor=f"shop:{self.shop.code}", reason=reason)
            order = self.find_order(pk)
        done = order.state == OrderState.CANCELLED
        return Response(order_response(order), status=200 if done else 202)

"""Orders over REST: doors to the services of `orders`."""

from typing import Annotated, ClassVar

import msgspec
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.accounts.models.shop import Scope
from backoffice.accounts.services.idempotency import Answer, respond_once
from backoffice.api.pagination import build_next, read_changes, read_newest
from backoffice.api.schema import describe_problems, describe_query
from backoffice.api.validation import NoQuery, read_query, read_struct
from backoffice.api.views import ApiView
from backoffice.errors import Conflict
from backoffice.text.structs import Text
from backoffice.text.translatable import gettext as _
from orders.api.edits import ETAG, IF_MATCH, etag_of, read_if_match
from orders.api.keys import IDEMPOTENCY_KEY, read_key
from orders.api.queries import OrderQuery, PlaceQuery, filter_orders, with_parts
from orders.api.responses import EventResponse, OrderPage, OrderResponse, TimelineResponse, order_response
from orders.models import HoldReason, Order, OrderState
from orders.services.editing.changes import OrderChanges
from orders.services.editing.edits import edit_order
from orders.services.intake.input import NewOrder
from orders.services.intake.taking import OrderRefused, place_order, refusing_taken_reference
from orders.services.lifecycle import cancel_order
from orders.services.restore.adopting import complete_adopted
from orders.services.timeline import STAFF_ONLY, describe


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
    def get(self, request: Request) -> Response:
        query = read_query(request.GET, OrderQuery)
        orders = with_parts(filter_orders(query, shop=self.shop))
        if query.updated_since is None:
            page = read_newest(orders, query=query)
        else:
            page = read_changes(orders, query=query, since=query.updated_since)
        return Response(
            OrderPage(build_next(request, page), page.resume_at, [order_response(row) for row in page.rows])
        )

    @extend_schema(
        operation_id="place_order",
        summary="Place an order",
        description="Texts are kept trimmed and composed (NFC), countries and states by their codes of ISO 3166; a "
        "control character is refused with its field. An address without a street is taken, and the order held.",
        tags=["orders"],
        parameters=[IDEMPOTENCY_KEY, *describe_query(PlaceQuery)],
        request=NewOrder,
        responses={201: OrderResponse, **describe_problems(409, 413, 415, 422)},
    )
    def post(self, request: Request) -> Response:
        key = read_key(request)
        hold = read_query(request.GET, PlaceQuery).on_invalid == "hold"
        new = read_struct(request.data, NewOrder)

        def act() -> Answer:
            placed = place_order(new, shop=self.shop, actor=f"shop:{self.shop.code}", hold_invalid=hold)
            return Answer(201, order_response(placed.order, parts=placed))

        requested = ["POST", request.path, hold, new]

        def complete() -> Answer:
            order = complete_adopted(new, shop=self.shop)
            if order is None:
                raise refusal
            return Answer(201, order_response(with_parts(Order.objects.filter(pk=order.pk)).get()))

        try:
            with refusing_taken_reference(new, shop=self.shop):
                answer = respond_once(self.shop, key=key, request=requested, act=act)
        except (Conflict, OrderRefused) as error:
            if isinstance(error, Conflict) and error.code != "reference_taken":
                raise
            # One that was brought in without its shop is completed, though its own pieces may have been the last ones.
            refusal = error
            answer = respond_once(self.shop, key=key, request=requested, act=complete)
        pk = answer.body["id"] if isinstance(answer.body, dict) else answer.body.id
        headers = {"Location": f"{request.path}{pk}/"}
        if answer.replayed:
            headers["Idempotent-Replayed"] = "true"
        return Response(answer.body, status=answer.status, headers=headers)


class OneOrder(ApiView):
    """A view of one order of the shop."""

    def find_order(self, pk: int, *, bare: bool = False) -> Order:
        """Return the order with all its parts, or `bare`. Raise NotFound, also for other shops' orders."""
        orders = Order.objects.filter(shop=self.shop, pk=pk)
        order = (orders.only("pk") if bare else with_parts(orders)).first()
        if order is None:
            raise NotFound(_("The shop has no such order."))
        return order


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
        return self._answer(pk)

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
        return self._answer(pk)

    def _answer(self, pk: int) -> Response:
        order = self.find_order(pk)
        return Response(order_response(order), headers={"ETag": etag_of(order)})


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
        events = self.find_order(pk, bare=True).events.order_by("at", "pk")
        for beginning in STAFF_ONLY:
            events = events.exclude(kind__startswith=beginning)
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

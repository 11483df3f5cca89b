"""Many orders in one request: each is taken or refused by itself, as if it had come alone."""

import time
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, cast

import msgspec
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.accounts.models.shop import Scope
from backoffice.api.errors import answer_to
from backoffice.api.responses import Problem
from backoffice.api.schema import describe_problems, describe_query
from backoffice.api.validation import read_query, read_struct
from backoffice.api.views import ApiView
from backoffice.errors import Unavailable
from backoffice.text.structs import Input, Text
from backoffice.text.translatable import gettext as _
from orders.api.keys import key_in_mode
from orders.api.queries import PlaceQuery
from orders.api.responses import OrderResponse
from orders.api.taking import take_order
from orders.services.intake.input import NewOrder

MOST_ORDERS = 100
# What a proxy waits for an answer is 30 seconds and more.
MOST_SECONDS = 20
# A key of one order, as the header of a single one.
OrderKey = Annotated[str, msgspec.Meta(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$"), Text.EXACT]
_Many = msgspec.Meta(min_length=1, max_length=MOST_ORDERS)


class BulkOrder(Input, kw_only=True):
    """An order with the key by which it is placed once, whether it comes again alone or among others."""

    idempotency_key: OrderKey
    order: NewOrder


class BulkOrders(Input, kw_only=True):
    """Orders in the order in which they are taken."""

    orders: Annotated[list[BulkOrder], _Many]


class _Outline(Input, kw_only=True):
    """The same with a number for each: what is wrong within one is the fault of that one."""

    orders: Annotated[list[int], _Many]


class BulkResult(msgspec.Struct, kw_only=True):
    """What one order would have been answered alone: `status` with the `order`, or with the `problem`. `replayed` says
    that it came before under this key. Key and reference are as they were sent, null where that was no text.
    """

    idempotency_key: str | None
    reference: str | None
    status: int
    replayed: bool = False
    order: OrderResponse | None = None
    problem: Problem | None = None


class BulkResponse(msgspec.Struct):
    """An answer for each order, in the order of the request."""

    placed: int
    refused: int
    results: list[BulkResult]


class BulkOrdersView(ApiView):
    """Many new orders of the shop."""

    required_scopes: ClassVar = {"POST": Scope.ORDERS_WRITE}

    @extend_schema(
        operation_id="place_orders",
        summary="Place up to 100 orders",
        description="Each is taken or refused by itself, in its order, and kept at once: the others do not matter to "
        "it, and what was placed stays placed. So the answer is 207, and each result has the status that the order "
        "would have got alone. Repeat the request when no answer arrives: orders that were placed are answered from "
        "their keys. It counts as one request of the key's allowance; orders for which no time is left get 503.",
        tags=["orders"],
        parameters=describe_query(PlaceQuery),
        request=BulkOrders,
        responses={207: BulkResponse, **describe_problems(413, 415)},
    )
    def post(self, request: Request) -> Response:
        hold = read_query(request.GET, PlaceQuery).on_invalid == "hold"
        items = _items_of(request.data)
        ends_at = time.monotonic() + MOST_SECONDS
        results = [self._place(item, hold_invalid=hold, ends_at=ends_at) for item in items]
        placed = sum(result.order is not None for result in results)
        return Response(BulkResponse(placed, len(results) - placed, results), status=207)

    def _place(self, item: object, *, hold_invalid: bool, ends_at: float) -> BulkResult:
        """Return the result of one order, whatever happens with it."""
        key, reference = _named(item)
        try:
            if time.monotonic() > ends_at:
                raise Unavailable(_("There was not enough time for this order. Send it again."))
            bulk = read_struct(item, BulkOrder)
            own = key_in_mode(bulk.idempotency_key, is_test=self.is_test)
            answer = take_order(bulk.order, shop=self.shop, key=own, hold_invalid=hold_invalid, is_test=self.is_test)
        except Exception as error:  # noqa: BLE001 - an order's fault never touches another; reported as anywhere
            problem = cast(Problem, answer_to(error, request=self.request, sender=type(self)).data)
            return BulkResult(idempotency_key=key, reference=reference, status=problem.status, problem=problem)
        return BulkResult(
            idempotency_key=key,
            reference=reference,
            status=answer.status,
            replayed=answer.replayed,
            order=answer.body,
        )


def _items_of(data: object) -> list[object]:
    """Return what stands for the orders, unread. Raise MalformedInput for a body that has none or too many."""
    outline = data
    if isinstance(data, dict) and isinstance(items := data.get("orders"), list):
        outline = data | {"orders": [0] * len(items)}
    read_struct(outline, _Outline)
    return cast("dict[str, list[object]]", data)["orders"]


def _named(item: object) -> tuple[str | None, str | None]:
    """Return the key and the reference by which its shop finds the order in the answer."""
    fields: Mapping[str, Any] = item if isinstance(item, dict) else {}
    order = fields.get("order")
    return _text(fields.get("idempotency_key")), _text(order.get("reference") if isinstance(order, dict) else None)


def _text(value: object) -> str | None:
    return value[:255].encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else None

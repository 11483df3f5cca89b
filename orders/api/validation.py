"""What placing an order would answer, without placing it."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, ClassVar, cast

import msgspec
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.accounts.models.shop import Scope
from backoffice.api.errors import answer_to
from backoffice.api.responses import Problem
from backoffice.api.schema import describe_problems, describe_query
from backoffice.api.validation import one_of, read_query, read_struct
from backoffice.api.views import ApiView
from backoffice.errors import DomainError
from orders.api.queries import PlaceQuery
from orders.api.responses import HoldReasonName, LineResponse, line_response
from orders.models import OrderState
from orders.services.intake.input import NewOrder
from orders.services.intake.judging import JudgedOrder, preview_order


class ExpectedHold(msgspec.Struct):
    """Why the order would wait for a person. `errors` maps the paths of fields to complaints."""

    reason: HoldReasonName
    text: str
    errors: dict[str, list[str]]


class ValidationResponse(msgspec.Struct, kw_only=True):
    """What placing the order would answer now: `status` 201 with the `state` it would begin in, its lines as the
    catalogue completes them and what it would be held for; any other status with the `problem`. `remarks` stop nothing.
    """

    status: int
    state: Annotated[str, one_of(OrderState)] | None = None
    holds: list[ExpectedHold] = []
    remarks: list[str] = []
    lines: list[LineResponse] = []
    problem: Problem | None = None


class OrderValidation(ApiView):
    """An order that is looked at and not placed."""

    required_scopes: ClassVar = {"POST": (Scope.ORDERS_READ, Scope.ORDERS_WRITE)}

    @extend_schema(
        operation_id="validate_order",
        summary="What placing an order would answer",
        description="Passes the order through all that placing it would, and keeps nothing: no number is used up, no "
        "stock is taken, and the real one may fare otherwise a moment later. Needs no Idempotency-Key. What is not of "
        "the documented shape is 400, as when it is placed.",
        tags=["orders"],
        parameters=describe_query(PlaceQuery),
        request=NewOrder,
        responses={200: ValidationResponse, **describe_problems(413, 415)},
    )
    def post(self, request: Request) -> Response:
        hold = read_query(request.GET, PlaceQuery).on_invalid == "hold"
        new = read_struct(request.data, NewOrder)
        judge = partial(preview_order, new, shop=self.shop, hold_invalid=hold, is_test=self.is_test)
        return Response(validate(judge, request=request, sender=type(self)))


def validate(judge: Callable[[], JudgedOrder], *, request: Request, sender: type[ApiView]) -> ValidationResponse:
    """Return what placing would be answered, of what becomes of the order by `judge`."""
    try:
        return _taken(judge())
    except DomainError as error:
        problem = cast(Problem, answer_to(error, request=request, sender=sender).data)
        return ValidationResponse(status=problem.status, problem=problem)


def _taken(judged: JudgedOrder) -> ValidationResponse:
    return ValidationResponse(
        status=201,
        state=judged.order.state,
        holds=[ExpectedHold(hold.reason, hold.text, hold.errors) for hold in judged.holds],
        remarks=[*judged.findings.remarks, *(line.remark for line in judged.findings.lines if line.remark)],
        lines=[line_response(line) for line in judged.rows.lines],
    )

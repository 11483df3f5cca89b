"""Complaints about an order over REST."""

from hashlib import sha256
from typing import Annotated, ClassVar

from drf_spectacular.utils import extend_schema
from msgspec import Meta
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.accounts.models.shop import Scope
from backoffice.accounts.services.idempotency import Answer, respond_once
from backoffice.api.schema import describe_problems
from backoffice.api.validation import NoQuery, one_of, read_query, read_struct
from backoffice.errors import Errors, InvalidInput, add_error
from backoffice.text.structs import Input, Quantity, Text
from backoffice.text.translatable import gettext as _
from orders.api.keys import IDEMPOTENCY_KEY, REPLAYED, read_key
from orders.api.views import OneOrder
from orders.complaints.api.responses import (
    ComplaintResponse,
    ComplaintsResponse,
    complaints_response,
    read_complaint,
)
from orders.complaints.models import ComplaintCause
from orders.complaints.models.complaint import LONGEST_TEXT
from orders.complaints.services.opening import NewComplaint, open_complaint
from orders.models import Order
from orders.services.intake.input import Reference


class ComplainedLine(Input, kw_only=True):
    """So many pieces of the line with that reference."""

    reference: Reference
    quantity: Quantity


class ComplaintInput(Input, kw_only=True):
    """What a customer complains of. `tracking_code` names the parcel that it is about; `text` is what happened, in the
    customer's words.
    """

    cause: Annotated[str, one_of(ComplaintCause)]
    lines: Annotated[list[ComplainedLine], Meta(min_length=1, max_length=200)]
    text: Annotated[str, Meta(max_length=LONGEST_TEXT), Text.PARAGRAPH] = ""
    tracking_code: Annotated[str, Meta(max_length=200), Text.CODE] = ""


class OrderComplaintsView(OneOrder):
    """Complaints about an order, and what replaces what."""

    required_scopes: ClassVar = {"GET": Scope.ORDERS_READ, "POST": Scope.ORDERS_WRITE}

    @extend_schema(
        operation_id="list_order_complaints",
        summary="Complaints about an order, and what replaces what",
        description="Who bears the cost is the merchant's business and not among it.",
        tags=["orders"],
        responses={200: ComplaintsResponse, **describe_problems()},
    )
    def get(self, request: Request, pk: int) -> Response:
        read_query(request.GET, NoQuery)
        return Response(complaints_response(self.find_order(pk, bare=True)))

    @extend_schema(
        operation_id="open_complaint",
        summary="Complain about some of an order",
        description="Staff see it at once and decide what becomes of it: a replacement, a refund, both or neither. "
        "Possible once something of the order is made (409 before: change or cancel it), for pieces of one vendor that "
        "no other complaint is about (422).",
        tags=["complaints"],
        parameters=[IDEMPOTENCY_KEY, REPLAYED],
        request=ComplaintInput,
        responses={201: ComplaintResponse, **describe_problems(409, 413, 415, 422)},
    )
    def post(self, request: Request, pk: int) -> Response:
        read_query(request.GET, NoQuery)
        key = read_key(request)
        order = self.find_order(pk)
        given = read_struct(request.data, ComplaintInput)
        # Where the answer is no longer kept, the complaint itself still knows its request.
        token = sha256(f"{order.pk} {key}".encode()).hexdigest()

        def act() -> Answer:
            new = _read_complaint(order, given, token=token)
            complaint = open_complaint(order, new, actor=f"shop:{self.shop.code}")
            return Answer(201, read_complaint(complaint))

        answer = respond_once(self.shop, key=key, request=["POST", request.path, given], act=act)
        headers = {"Idempotent-Replayed": "true"} if answer.replayed else {}
        return Response(answer.body, status=answer.status, headers=headers)


def _read_complaint(order: Order, given: ComplaintInput, *, token: str) -> NewComplaint:
    """Return the complaint in our keys. Raise InvalidInput, by field, for a line or parcel that the order has not."""
    errors: Errors = {}
    lines = {line.reference: line.pk for line in order.lines.all()}
    quantities: dict[int, int] = {}
    for place, line in enumerate(given.lines):
        if line.reference not in lines or lines[line.reference] in quantities:
            text = _("The order has no line %(reference)s, or it is given twice.")
            add_error(errors, f"lines[{place}].reference", text % {"reference": line.reference})
        else:
            quantities[lines[line.reference]] = line.quantity
    parcels = [row.pk for row in order.shipments.all() if row.tracking_code == given.tracking_code]
    if given.tracking_code and not parcels:
        add_error(errors, "tracking_code", _("Parcel not found in this order."))
    if errors:
        raise InvalidInput(_("The complaint cannot be recorded with this data."), errors=errors)
    parcel = parcels[0] if given.tracking_code else None
    return NewComplaint(ComplaintCause(given.cause), quantities, token=token, text=given.text, parcel=parcel)

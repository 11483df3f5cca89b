"""Drafts of orders over REST: kept as far as they are known, placed when they are whole."""

from functools import partial
from typing import Annotated, ClassVar, cast

from drf_spectacular.utils import extend_schema
from msgspec import Meta
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.accounts.models import ApiKey
from backoffice.accounts.models.shop import Scope
from backoffice.accounts.services.idempotency import Answer, respond_once
from backoffice.api.pagination import PageQuery, build_next, read_newest
from backoffice.api.schema import describe_problems, describe_query
from backoffice.api.validation import NoQuery, read_query, read_struct
from backoffice.api.views import ApiView
from backoffice.text.translatable import gettext as _
from orders.api.edits import ETAG, IF_MATCH, read_if_match
from orders.api.keys import IDEMPOTENCY_KEY, MAKING, REPLAYED, read_key
from orders.api.queries import PlaceQuery, with_parts
from orders.api.responses import OrderResponse, order_response
from orders.api.taking import id_in
from orders.api.validation import validate
from orders.drafts.api.responses import DraftOrderPage, DraftOrderResponse, draft_response, draft_summary
from orders.drafts.models import DraftOrder
from orders.drafts.services.editing import delete_draft
from orders.drafts.services.given import DraftOrderInput
from orders.drafts.services.placing import place_draft, preview_draft
from orders.drafts.services.shop_drafts import begin_shop_draft, change_shop_draft, drafts_of
from orders.models import Order

_DRAFTS: list[str] = ["draft orders"]


class DraftQuery(PageQuery, kw_only=True):
    placed: Annotated[bool | None, Meta(description="Those that are orders, or those that are not; left out: all.")] = (
        None
    )


class DraftView(ApiView):
    """A view of the drafts that the shop's keys made, of the key's mode."""

    @property
    def key(self) -> ApiKey:
        return cast(ApiKey, self.request.auth)

    def find_draft(self, pk: int) -> DraftOrder:
        """Return the draft. Raise NotFound, also for other shops' drafts and those of staff."""
        draft = drafts_of(self.key).select_related("shop").filter(pk=pk).first() if pk < 2**63 else None
        if draft is None:
            raise NotFound(_("Draft not found in this shop."))
        return draft

    def show(self, draft: DraftOrder) -> DraftOrderResponse:
        """Return the draft as it is answered."""
        is_open = draft.order_id is None
        validation = (
            validate(partial(preview_draft, draft), request=self.request, sender=type(self)) if is_open else None
        )
        return draft_response(draft, validation=validation)


class DraftOrdersView(DraftView):
    """The shop's drafts."""

    required_scopes: ClassVar = {"GET": Scope.ORDERS_READ, "POST": Scope.ORDERS_WRITE}

    @extend_schema(
        operation_id="list_draft_orders",
        summary="Drafts, newest first",
        description="Those that keys of the shop made, until they have not been saved for some months.",
        tags=_DRAFTS,
        parameters=describe_query(DraftQuery),
        responses={200: DraftOrderPage, **describe_problems()},
    )
    def get(self, request: Request) -> Response:
        query = read_query(request.GET, DraftQuery)
        drafts = drafts_of(self.key).defer("content")
        if query.placed is not None:
            drafts = drafts.filter(order__isnull=not query.placed)
        page = read_newest(drafts, query=query)
        results = [draft_summary(row) for row in page.rows]
        return Response(DraftOrderPage(build_next(request, page), page.cursor or None, results))

    @extend_schema(
        operation_id="create_draft_order",
        summary="Begin a draft of an order",
        description="Everything may be missing: `validation` says what placing it would be answered. Staff see it in "
        "their list of drafts, and may complete or place it.",
        tags=_DRAFTS,
        parameters=MAKING,
        request=DraftOrderInput,
        responses={201: DraftOrderResponse, **describe_problems(409, 413, 415, 422)},
    )
    def post(self, request: Request) -> Response:
        read_query(request.GET, NoQuery)
        own = read_key(request)
        given = read_struct(request.data, DraftOrderInput)

        def act() -> Answer:
            return Answer(201, self.show(begin_shop_draft(given, key=self.key)))

        answer = respond_once(self.shop, key=own, request=["POST", request.path, given], act=act)
        headers = {"Location": f"{request.path}{id_in(answer)}/"}
        if answer.replayed:
            headers["Idempotent-Replayed"] = "true"
        return Response(answer.body, status=answer.status, headers=headers)


class DraftOrderDetail(DraftView):
    """One draft of the shop."""

    required_scopes: ClassVar = {
        "GET": Scope.ORDERS_READ, "PATCH": Scope.ORDERS_WRITE, "DELETE": Scope.ORDERS_WRITE,
    }  # fmt: skip

    @extend_schema(
        operation_id="get_draft_order",
        summary="A draft",
        tags=_DRAFTS,
        parameters=[ETAG],
        responses={200: DraftOrderResponse, **describe_problems()},
    )
    def get(self, request: Request, pk: int) -> Response:
        read_query(request.GET, NoQuery)
        return self._answer(self.find_draft(pk))

    @extend_schema(
        operation_id="change_draft_order",
        summary="Change a draft",
        description="What is left out stays. 412 when somebody, staff too, has saved it since it was read; 409 once it "
        "is an order.",
        tags=_DRAFTS,
        parameters=[IF_MATCH, ETAG],
        request=DraftOrderInput,
        responses={200: DraftOrderResponse, **describe_problems(409, 412, 413, 415, 422, 428)},
    )
    def patch(self, request: Request, pk: int) -> Response:
        read_query(request.GET, NoQuery)
        draft = self.find_draft(pk)
        version = read_if_match(request)
        given = read_struct(request.data, DraftOrderInput)
        return self._answer(change_shop_draft(draft, given, version=version, key=self.key))

    @extend_schema(
        operation_id="delete_draft_order",
        summary="Delete a draft",
        description="For good. 409 once it is an order.",
        tags=_DRAFTS,
        responses={204: None, **describe_problems(409)},
    )
    def delete(self, request: Request, pk: int) -> Response:
        read_query(request.GET, NoQuery)
        delete_draft(self.find_draft(pk))
        return Response(status=204)

    def _answer(self, draft: DraftOrder) -> Response:
        return Response(self.show(draft), headers={"ETag": f'"{draft.version}"'})


class DraftOrderPlacing(DraftView):
    """A draft that becomes an order."""

    required_scopes: ClassVar = {"POST": Scope.ORDERS_WRITE}

    @extend_schema(
        operation_id="place_draft_order",
        summary="Place a draft",
        description="Answers what placing the order would: 201 with the order, or the refusal, and the draft is kept. "
        "A draft becomes one order only: placed again, under another key too, it is answered with that order.",
        tags=_DRAFTS,
        parameters=[IDEMPOTENCY_KEY, REPLAYED, *describe_query(PlaceQuery)],
        request=None,
        responses={201: OrderResponse, **describe_problems(409, 422)},
    )
    def post(self, request: Request, pk: int) -> Response:
        own = read_key(request)
        hold = read_query(request.GET, PlaceQuery).on_invalid == "hold"
        draft = self.find_draft(pk)

        def act() -> Answer:
            order = place_draft(draft, actor=f"shop:{self.shop.code}", hold_invalid=hold)
            return Answer(201, order_response(with_parts(Order.objects.filter(pk=order.pk)).get()))

        answer = respond_once(self.shop, key=own, request=["POST", request.path, hold], act=act)
        headers = {"Location": f"/api/v1/orders/{id_in(answer)}/"}
        if answer.replayed:
            headers["Idempotent-Replayed"] = "true"
        return Response(answer.body, status=answer.status, headers=headers)

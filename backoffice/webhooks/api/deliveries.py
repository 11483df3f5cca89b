"""What goes to an endpoint over REST: tried out, looked up, sent again."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.accounts.models.shop import Scope
from backoffice.api.pagination import build_next, read_newest
from backoffice.api.schema import describe_problems, describe_query
from backoffice.api.validation import MalformedInput, NoQuery, read_query, read_struct
from backoffice.text.translatable import gettext as _
from backoffice.webhooks.api.inputs import DeliveryQuery, DryRunInput, ReplayInput
from backoffice.webhooks.api.responses import (
    DeliveryDetailResponse,
    DeliveryPage,
    DeliveryResponse,
    DryRunResponse,
    ReplayResponse,
    delivery_detail,
    delivery_response,
    dry_run_response,
    replay_response,
)
from backoffice.webhooks.api.views import OneEndpoint
from backoffice.webhooks.models import WebhookDelivery, WebhookEndpoint
from backoffice.webhooks.models.event import event_key
from backoffice.webhooks.services.replaying import Replay, replay_events, replay_since
from backoffice.webhooks.services.trials import dry_run, send_test

_WEBHOOKS: list[str] = ["webhooks"]


class WebhookTest(OneEndpoint):
    """A test event."""

    required_scopes: ClassVar = {"POST": Scope.WEBHOOKS_WRITE}

    @extend_schema(
        operation_id="send_test_event",
        summary="Send a test event",
        description="Of the topic `webhook.test`, whatever topics the endpoint has chosen.",
        tags=_WEBHOOKS,
        request=None,
        responses={202: DeliveryResponse, **describe_problems(409)},
    )
    def post(self, request: Request, pk: int) -> Response:
        row = send_test(self.find_endpoint(pk), actor=f"shop:{self.shop.code}")
        return Response(delivery_response(row), status=202)


class WebhookDryRun(OneEndpoint):
    """What would be sent."""

    required_scopes: ClassVar = {"POST": Scope.WEBHOOKS_WRITE}

    @extend_schema(
        operation_id="preview_webhook",
        summary="What a webhook about a thing would look like",
        description="Nothing is sent.",
        tags=_WEBHOOKS,
        request=DryRunInput,
        responses={200: DryRunResponse, **describe_problems(413, 415, 422)},
    )
    def post(self, request: Request, pk: int) -> Response:
        endpoint = self.find_endpoint(pk)
        asked = read_struct(request.data, DryRunInput)
        return Response(dry_run_response(dry_run(endpoint, topic=asked.topic, about=asked.about)))


class WebhookReplay(OneEndpoint):
    """Events sent again."""

    required_scopes: ClassVar = {"POST": Scope.WEBHOOKS_WRITE}

    @extend_schema(
        operation_id="replay_events",
        summary="Send events again",
        description="They keep their ids, and `webhook-attempt` counts on. At most 20,000 by one request.",
        tags=_WEBHOOKS,
        request=ReplayInput,
        responses={202: ReplayResponse, **describe_problems(409, 413, 415, 422)},
    )
    def post(self, request: Request, pk: int) -> Response:
        endpoint = self.find_endpoint(pk)
        asked = read_struct(request.data, ReplayInput)
        return Response(replay_response(_replay(endpoint, asked, actor=f"shop:{self.shop.code}")), status=202)


class WebhookDeliveries(OneEndpoint):
    """The log of an endpoint."""

    required_scopes: ClassVar = {"GET": Scope.WEBHOOKS_WRITE}

    @extend_schema(
        operation_id="list_webhook_deliveries",
        summary="Deliveries to an endpoint, newest first",
        tags=_WEBHOOKS,
        parameters=describe_query(DeliveryQuery),
        responses={200: DeliveryPage, **describe_problems()},
    )
    def get(self, request: Request, pk: int) -> Response:
        query = read_query(request.GET, DeliveryQuery)
        rows = WebhookDelivery.objects.filter(endpoint=self.find_endpoint(pk)).select_related("event")
        if query.state:
            rows = rows.filter(state__in=query.state)
        if query.event:
            rows = rows.filter(event=event_key(query.event))
        page = read_newest(rows, query=query)
        results = [delivery_response(row) for row in page.rows]
        return Response(DeliveryPage(build_next(request, page), page.cursor or None, results))


class WebhookDeliveryDetail(OneEndpoint):
    """One delivery with its tries."""

    required_scopes: ClassVar = {"GET": Scope.WEBHOOKS_WRITE}

    @extend_schema(
        operation_id="get_webhook_delivery",
        summary="One delivery with its tries",
        tags=_WEBHOOKS,
        responses={200: DeliveryDetailResponse, **describe_problems()},
    )
    def get(self, request: Request, pk: int, delivery: int) -> Response:
        read_query(request.GET, NoQuery)
        rows = WebhookDelivery.objects.filter(endpoint=self.find_endpoint(pk)).select_related("event")
        row = rows.filter(pk=delivery).first() if delivery < 2**63 else None
        if row is None:
            raise NotFound
        return Response(delivery_detail(row))


def _replay(endpoint: WebhookEndpoint, asked: ReplayInput, *, actor: str) -> Replay:
    if bool(asked.events) == bool(asked.since):
        text = _("Give either events or since.")
        raise MalformedInput(text, errors={"events": [text]})
    if asked.since is None:
        return replay_events(endpoint, [event_key(one) or 0 for one in asked.events], actor=actor)
    return replay_since(
        endpoint,
        asked.since,
        until=asked.until,
        after=event_key(asked.after or "") or 0,
        only_failed=asked.only_failed,
        actor=actor,
    )

"""What a storefront gets to see of its endpoints and their deliveries."""

from datetime import datetime
from typing import Annotated

import msgspec

from backoffice.api.responses import read_fields
from backoffice.api.validation import one_of
from backoffice.webhooks.api.inputs import EventId, Topic
from backoffice.webhooks.models import ApiVersion, DeliveryAttempt, WebhookDelivery, WebhookEndpoint, WebhookState
from backoffice.webhooks.services.messages import EventMessage, EventTopic, OutgoingWebhook
from backoffice.webhooks.services.replaying import Replay
from backoffice.webhooks.services.secrets import previous_until, valid_secrets


class WebhookEndpointResponse(msgspec.Struct):
    """An endpoint. `failing_since` is null while it takes what it gets; it is tried on in any case. Until
    `previous_secret_until` the secret before the last rotation signs too.
    """

    id: int
    url: str
    description: str
    topics: list[Topic]
    api_version: Annotated[str, one_of(ApiVersion)]
    active: bool
    failing_since: datetime | None
    last_success_at: datetime | None
    last_failure_at: datetime | None
    last_failure: str
    previous_secret_until: datetime | None
    created_at: datetime


class WebhookEndpointCreated(WebhookEndpointResponse):
    """The same with the secret, which is shown here and after a rotation only."""

    secret: str


class WebhookEndpointsResponse(msgspec.Struct):
    """All endpoints of the shop."""

    results: list[WebhookEndpointResponse]


class DeliveryResponse(msgspec.Struct):
    """One event on its way to the endpoint. `queued` is behind an earlier event of the same thing."""

    id: int
    event: EventId
    topic: EventTopic
    object: str
    object_id: str
    version: int
    state: Annotated[str, one_of(WebhookState)]
    tries: int
    next_at: datetime | None
    status: int | None
    cause: str
    is_replay: bool
    created_at: datetime
    finished_at: datetime | None


class AttemptResponse(msgspec.Struct):
    """One try, without the signature and cut to size."""

    number: int
    started_at: datetime
    duration_ms: int
    request: str
    status: int | None
    answer: str
    error: str


class DeliveryDetailResponse(DeliveryResponse):
    """The same with its tries, oldest first."""

    attempts: list[AttemptResponse]


class DeliveryPage(msgspec.Struct):
    """`next` is the address of the next page and `next_cursor` the cursor in it, null at the end."""

    next: str | None
    next_cursor: str | None
    results: list[DeliveryResponse]


class ReplayResponse(msgspec.Struct):
    """How many events are sent again. Where it is not complete, ask once more with `last_event` as `after`."""

    count: int
    last_event: EventId | None
    is_complete: bool


class DryRunResponse(msgspec.Struct):
    """What would be posted, to the letter. The signature is of the endpoint's own secrets, the event id of no event."""

    url: str
    headers: dict[str, str]
    body: str


class EventPage(msgspec.Struct):
    """Events in the one order in which everybody reads them. Keep `last`, and go on behind it whenever you like:
    nothing ever appears before it. `next` is the address for that; with `has_more` there is something right away.
    """

    next: str
    last: EventId | None
    has_more: bool
    results: list[EventMessage]


def endpoint_response(endpoint: WebhookEndpoint) -> WebhookEndpointResponse:
    return read_fields(
        WebhookEndpointResponse,
        endpoint,
        last_failure=str(endpoint.last_failure),
        previous_secret_until=previous_until(endpoint),
    )


def created_response(endpoint: WebhookEndpoint) -> WebhookEndpointCreated:
    return read_fields(
        WebhookEndpointCreated,
        endpoint,
        last_failure=str(endpoint.last_failure),
        previous_secret_until=previous_until(endpoint),
        secret=valid_secrets(endpoint)[0],
    )


def delivery_response(row: WebhookDelivery) -> DeliveryResponse:
    return read_fields(DeliveryResponse, row, **_of_event(row))


def delivery_detail(row: WebhookDelivery) -> DeliveryDetailResponse:
    attempts = [_attempt(attempt) for attempt in row.attempts.all()]
    return read_fields(DeliveryDetailResponse, row, **_of_event(row), attempts=attempts)


def replay_response(replay: Replay) -> ReplayResponse:
    return ReplayResponse(replay.count, replay.last.public_id if replay.last else None, replay.is_complete)


def dry_run_response(webhook: OutgoingWebhook) -> DryRunResponse:
    return DryRunResponse(webhook.url, dict(webhook.headers), webhook.body.decode())


def _of_event(row: WebhookDelivery) -> dict[str, object]:
    return {
        "event": row.event.public_id,
        "topic": row.event.topic,
        "object": row.event.object_type,
        "object_id": row.event.object_id,
        "version": row.event.version,
        "next_at": row.next_at if row.state == WebhookState.WAITING else None,
        "cause": str(row.cause),
    }


def _attempt(row: DeliveryAttempt) -> AttemptResponse:
    return read_fields(AttemptResponse, row, error=str(row.error))

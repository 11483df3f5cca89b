"""An event as a storefront gets it, by webhook or from the stream, and the headers that prove whose it is.

By the standard of https://www.standardwebhooks.com: `webhook-id`, `webhook-timestamp` and `webhook-signature`. While
two secrets are valid there are two signatures, and each of them verifies.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from standardwebhooks import Webhook

from backoffice.api.schema_parts import ENUM_NAME
from backoffice.masking import MASK, mask
from backoffice.web.links import public_url
from backoffice.webhooks.models import ShopEvent
from backoffice.webhooks.services.recording import TEST
from backoffice.webhooks.topics import OBJECT_TYPES, TOPICS
from backoffice.webhooks.topics import TEST as TEST_TOPIC

Details = dict[str, str]


def _named(name: str, values: Iterable[str]) -> msgspec.Meta:
    """Return what documents the values as an enum of that name."""
    return msgspec.Meta(extra_json_schema={"enum": list(values), ENUM_NAME: name})


EventTopic = Annotated[str, _named("EventTopic", [*TOPICS, TEST_TOPIC])]


class EventObject(msgspec.Struct):
    """The thing it happened to. Read it at `url`: it may have moved on since; empty where the API has no address of it.
    Its `version` counts its events, so one with a smaller version than the last that was dealt with is old. A `test`
    was placed by a test key and is made nowhere.
    """

    object: Annotated[str, _named("EventObjectType", OBJECT_TYPES)]
    id: str
    version: int
    url: str
    test: bool
    details: Annotated[Details, msgspec.Meta(description="By which the shop finds it at home: number, reference, SKU.")]


class EventMessage(msgspec.Struct):
    """Something that happened. `id` is the same each time it is sent."""

    id: str
    type: EventTopic
    timestamp: datetime
    api_version: str
    data: EventObject


@dataclass(frozen=True)
class OutgoingWebhook:
    """A webhook ready to be posted."""

    url: str
    body: bytes
    headers: Mapping[str, str]

    def masked(self) -> str:
        """Return it as it is kept: with its headers, without the proof."""
        shown = {**self.headers, "webhook-signature": MASK}
        head = "\n".join(f"{name}: {value}" for name, value in shown.items())
        return f"{head}\n\n{mask(self.body.decode())}"


def build_message(event: ShopEvent, *, api_version: str) -> EventMessage:
    """Return the event in that version of the API."""
    return EventMessage(
        id=event.public_id,
        type=event.topic,
        timestamp=event.created_at,
        api_version=api_version,
        data=EventObject(
            object=event.object_type,
            id=event.object_id,
            version=event.version,
            url=public_url(f"/api/{api_version}/{event.path}") if event.path else "",
            test=event.details.get(TEST) == "true",
            details={name: value for name, value in event.details.items() if name != TEST},
        ),
    )


def build_webhook(
    message: EventMessage, *, url: str, secrets: Iterable[str], attempt: int, at: datetime | None = None
) -> OutgoingWebhook:
    """Return the signed webhook; `attempt` is the number of the try, from 1."""
    body, at = msgspec.json.encode(message), at or datetime.now(UTC)
    signatures = (Webhook(secret).sign(message.id, at, body.decode()) for secret in secrets)
    headers = {
        "webhook-id": message.id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
        "webhook-attempt": str(attempt),
    }
    return OutgoingWebhook(url, body, headers)

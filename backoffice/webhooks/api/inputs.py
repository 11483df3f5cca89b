"""What a storefront sends about its endpoints, and asks of the stream."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from backoffice.api.pagination import PageQuery
from backoffice.api.schema_parts import ENUM_NAME
from backoffice.api.validation import one_of
from backoffice.text.datetimes import within_calendar
from backoffice.text.structs import Input, Text
from backoffice.webhooks.models import ApiVersion, WebhookState
from backoffice.webhooks.models.endpoint import LONGEST_URL
from backoffice.webhooks.topics import TOPICS

# Events that one request can name.
MOST_NAMED = 1000
_ONE_TOPIC = Meta(
    pattern=f"^({'|'.join(TOPICS).replace('.', '[.]')})$",
    extra_json_schema={"enum": list(TOPICS), ENUM_NAME: "WebhookTopic"},
)

Topic = Annotated[str, _ONE_TOPIC, Text.CODE]
EventId = Annotated[str, Meta(pattern=r"^evt_[0-9]{12,18}$", description="e.g. evt_000000004711"), Text.CODE]
Timestamp = Annotated[datetime, Meta(tz=True)]
_Url = Annotated[
    str, Meta(min_length=1, max_length=LONGEST_URL, description="https, and no private network."), Text.URL
]
_Description = Annotated[str, Meta(max_length=200)]
_Topics = Annotated[list[Topic], Meta(max_length=50, description="None: all, and those that are added later.")]
_Version = Annotated[str, one_of(ApiVersion)]


class NewWebhookEndpoint(Input, kw_only=True):
    """An address that gets events."""

    url: _Url
    description: _Description = ""
    topics: _Topics = []
    api_version: _Version = "v1"
    active: bool = True


class WebhookEndpointChanges(Input, kw_only=True):
    """What is to be changed; what is left out stays."""

    url: _Url | UnsetType = UNSET
    description: _Description | UnsetType = UNSET
    topics: _Topics | UnsetType = UNSET
    api_version: _Version | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class RotationInput(Input, kw_only=True):
    """How long the present secret stays valid beside the new one, and signs too."""

    keep_hours: Annotated[int, Meta(ge=0, le=168)] = 24


class ReplayInput(Input, kw_only=True):
    """Either `events` by name, or all since a time. What was delivered is sent again too, unless `only_failed`."""

    events: Annotated[list[EventId], Meta(max_length=MOST_NAMED)] = []
    since: Timestamp | None = None
    until: Timestamp | None = None
    after: Annotated[EventId | None, Meta(description="`last_event` of the request before, when it was not all.")] = (
        None
    )
    only_failed: bool = False

    def __post_init__(self) -> None:
        self.since = self.since and within_calendar(self.since)
        self.until = self.until and within_calendar(self.until)


class DryRunInput(Input, kw_only=True):
    """A topic, and a thing of the shop by its number, reference, SKU or id; empty: the newest."""

    topic: Topic
    about: Annotated[str, Meta(max_length=100), Text.CODE] = ""


class DeliveryQuery(PageQuery, kw_only=True):
    """Filters of the log."""

    state: list[Annotated[str, one_of(WebhookState)]] = []
    event: EventId | None = None


class StreamQuery(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """From where on to read the stream."""

    after: Annotated[EventId | None, Meta(description="The last event that was dealt with; none: from the first.")] = (
        None
    )
    since: Annotated[Timestamp | None, Meta(description="Only what happened then or later.")] = None
    page_size: Annotated[int, Meta(ge=1, le=250)] = 100

    def __post_init__(self) -> None:
        self.since = self.since and within_calendar(self.since)

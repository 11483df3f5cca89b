"""What events can be about, by the apps that have it: for a dry run, somebody chooses one by its number or id, or takes
the newest.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from backoffice.accounts.models import Shop
from backoffice.webhooks.services.recording import NewEvent


@dataclass(frozen=True)
class EventSubject:
    """One thing as an event names it."""

    object_type: str
    object_id: str
    path: str
    details: Mapping[str, str] = field(default_factory=dict)


# First part of a topic -> how a thing of the shop is found by what somebody typed, the newest where that is nothing;
# None where there is none.
SUBJECTS: dict[str, Callable[[Shop, str], EventSubject | None]] = {}


def find_subject(topic: str, text: str, *, shop: Shop) -> EventSubject | None:
    """Return the thing of the shop that events of that topic would be about."""
    find = SUBJECTS.get(topic.partition(".")[0])
    return find(shop, text) if find else None


def subject_of_event(event: NewEvent) -> EventSubject:
    """Return what the event is about."""
    return EventSubject(event.object_type, event.object_id, event.path, event.details)

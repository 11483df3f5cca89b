"""What Example Print calls us with: who may, and what it says.

Each event is signed over its raw bytes with the secrets of the webhook that it goes to.
"""

import hmac

import msgspec

from backoffice.vendors.base import CallbackRequest, InvalidCallback
from backoffice.vendors.messages import OrderReport
from tests.vendors.example import schemas
from tests.vendors.example.reports import order_report

SIGNATURE, PREFIX = "x-example-signature", "v1="
MOST_SIGNATURES = 5
# Our topic -> their type of event.
TYPES = {"order-updated": "order_updated", "package-shipped": "package_shipped"}


def verify(request: CallbackRequest) -> bool:
    """Return whether one of the secrets signed this body, in constant time. An empty secret opens nothing."""
    header = request.headers.get(SIGNATURE, "").split(",")[:MOST_SIGNATURES]
    offered = [part.strip().removeprefix(PREFIX).encode("latin-1", "backslashreplace") for part in header]
    signed = [hmac.new(key.encode(), request.body, "sha256").hexdigest().encode() for key in request.secrets if key]
    # All are compared, so that the time does not tell which one matched.
    matches = [hmac.compare_digest(one, other) for one in offered for other in signed]
    return any(matches)


def read(topic: str, body: bytes) -> tuple[OrderReport]:
    """Return the order that an event carries. Raises InvalidCallback, and nothing else."""
    if topic not in TYPES:
        raise InvalidCallback(f"no such topic: {topic}")
    # No text of theirs needs it, and PostgreSQL takes it in no text.
    if b"\\u0000" in body:
        raise InvalidCallback("contains NUL characters")
    try:
        event = msgspec.json.decode(body, type=schemas.Event)
        if event.type == TYPES[topic]:
            return (order_report(event.data.order),)
    except (ValueError, RecursionError, OverflowError) as error:
        raise InvalidCallback(str(error)) from error
    raise InvalidCallback(f"is no {TYPES[topic]}, but {event.type}")


def event_id(body: bytes) -> str | None:
    """Return the id of the event: the same however often it comes. None where the body cannot be read."""
    try:
        return msgspec.json.decode(body, type=schemas.EventId).id
    except (ValueError, RecursionError):
        return None

"""The shapes of LettrLabs' answers. Seen by this package only.

Strict where a wrong value would do harm (the id of an order, its status), tolerant elsewhere: a field typed `Any` is
read by `reading.py`, and what cannot be read counts as "not given".
"""

from typing import Annotated, Any

from msgspec import Meta, Struct

Id = Annotated[int, Meta(ge=1, le=2**63 - 1)]


class Created(Struct):
    """The answer to "create an order"; `id` is what every other route calls it."""

    orderId: Id | None = None
    id: Id | None = None
    status: Any = None


class Attached(Struct):
    """The answer to "add recipients"; `totalRecipients` is the older name of `acceptedRecipients`."""

    submittedRecipients: Any = None
    acceptedRecipients: Any = None
    totalRecipients: Any = None
    deliverable: Any = None
    undeliverable: Any = None


class CheckoutSchema(Struct):
    """The answer to a checkout."""

    orderStatus: Any = None
    status: Any = None
    pollAfterSeconds: Any = None
    settlementExpectedWithinSeconds: Any = None


class PreviewSchema(Struct):
    """The price of a checkout that is not made."""

    lineItems: list[dict[str, Any]]
    credits: Any = None


class CardOrderSchema(Struct):
    """An order in the list; recipients only when they are asked for. Times of creation stand in no document."""

    id: Id | None = None
    orderId: Id | None = None
    status: Any = None
    orderStatus: Any = None
    paidDate: Any = None
    mailedDate: Any = None
    createdDate: Any = None
    createdAt: Any = None
    templateId: Any = None
    recipients: list[dict[str, Any]] | None = None


class Analytics(Struct):
    orderId: Id
    status: Any = None
    orderStatus: Any = None
    totalCards: Any = None
    mailed: Any = None
    inTransit: Any = None
    localFacility: Any = None
    delivered: Any = None
    undeliverable: Any = None
    waitingUSPS: Any = None
    minEstimatedDeliveredDate: Any = None
    maxEstimatedDeliveredDate: Any = None
    qrCode: Any = None


class Transaction(Struct):
    orderId: Id
    volume: Any = None
    totalPrice: Any = None

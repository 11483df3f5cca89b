"""What a vendor of custom signs tells us, in our words. Amounts are whole numbers of the currency's smallest unit: only
the shop knows which currency that is.
"""

from datetime import datetime
from typing import Any

from backoffice.vendors.messages import Message


class DesignedPicture(Message, frozen=True):
    """A picture of a designed product, at an address that the vendor gives. `kind` is the vendor's word."""

    url: str
    kind: str = ""


class DesignedProduct(Message, frozen=True):
    """A shopper has finished a design and waits for our answer. `vendor_id` is the vendor's id of it."""

    vendor: str
    vendor_id: str
    title: str = ""
    description: str = ""
    description_html: str = ""
    price: int | None = None
    compare_price: int | None = None
    customiser_id: str = ""
    logo_upload_id: str = ""
    # Theirs for what we would call it; not ours.
    external_id: str = ""
    external_data: Any = None
    pictures: tuple[DesignedPicture, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None


class FormAnswer(Message, frozen=True):
    """One question of a form with its answer, as text. `kind` is the vendor's word for the field."""

    name: str
    value: str
    kind: str = ""


class FormSubmission(Message, frozen=True):
    """Somebody has filled in a form of the vendor's. `name` and `email` are those of the answers, empty if none."""

    vendor: str
    vendor_id: str
    label: str = ""
    subject: str = ""
    name: str = ""
    email: str = ""
    answers: tuple[FormAnswer, ...] = ()
    created_at: datetime | None = None


class Placed(Message, frozen=True):
    """A vendor that takes an order in one call has taken it. `vendor_id` is empty where it names none; `notes` say
    in what its answer differs from what was sent.
    """

    vendor_id: str = ""
    notes: tuple[str, ...] = ()


class Webhook(Message, frozen=True):
    """A subscription: the vendor calls `url` when `topic` happens, and signs with `secret` (empty when not shown)."""

    vendor_id: str
    topic: str
    url: str
    status: str = ""
    secret: str = ""

"""Vendors that call us, and subscribing to what they tell."""

from collections.abc import Mapping
from typing import ClassVar, Protocol

from backoffice.vendors.base import CallbackRequest, Vendor
from backoffice.vendors.messages import Message
from backoffice.vendors.sign_messages import Webhook


class CallsUs(Vendor, Protocol):
    """Tells us of news. All of it works on the class: nothing may be asked while a vendor waits."""

    # Topic of our address -> what its callbacks carry, by which the apps register what they mean.
    CALLBACK_TOPICS: ClassVar[Mapping[str, type[Message]]]
    # Unsigned, a body is a hint: before anything that cannot be undone the vendor is asked again.
    SIGNS_CALLBACKS: ClassVar[bool]
    # The last part of the address is a shop's code, not a token.
    ADDRESSED_BY_SHOP: ClassVar[bool] = False
    # What it gets with a 200.
    CALLBACK_ANSWER: ClassVar[Mapping[str, object]] = {"message": "OK"}

    @classmethod
    def is_callback_path(cls, token: str) -> bool:
        """Return whether an address whose last part is `token` is ours, also for a while after a secret's change."""

    @classmethod
    def verify_callback(cls, request: CallbackRequest) -> bool:
        """Return whether the vendor sent it, in constant time."""

    @classmethod
    def read_callback(cls, topic: str, body: bytes) -> tuple[Message, ...]:
        """Return what a callback says. Raises InvalidCallback, and nothing else, for anything unreadable."""

    @classmethod
    def callback_key(cls, topic: str, body: bytes) -> str | None:
        """Return the vendor's own id of the event; None where it numbers none and a hash has to do."""
        return None


class CallsSecretAddresses(CallsUs, Protocol):
    """Calls addresses that people enter at the vendor, and that nobody can guess."""

    @classmethod
    def callback_addresses(cls) -> dict[str, str]:
        """Return our whole address by topic, as secret as what protects it; none before that is set."""

    @classmethod
    def find_weak_secret(cls) -> str:
        """Return what is wrong with the secret that protects the addresses; empty while the vendor is not used."""


class ManagesWebhooks(CallsUs, Protocol):
    """Calls where it is subscribed to. Its callbacks are signed with secrets that we keep."""

    # Our topic -> the vendor's, of those that can be subscribed to.
    WEBHOOK_TOPICS: ClassVar[Mapping[str, str]]

    def list_webhooks(self) -> list[Webhook]:
        """Return all subscriptions, ours and others."""

    def create_webhook(self, *, topic: str, url: str) -> Webhook:
        """Subscribe; `topic` is the vendor's. Twice the same makes two."""

    def read_webhook(self, vendor_id: str) -> Webhook:
        """Return a subscription with its secret. Raises VendorNotFound when there is none of that id."""

    def delete_webhook(self, vendor_id: str) -> None:
        """End a subscription. Raises VendorNotFound when there is none of that id."""

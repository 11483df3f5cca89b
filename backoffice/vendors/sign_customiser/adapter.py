"""Sign Customiser as the project sees it, in our words."""

import re
from collections.abc import Mapping
from typing import ClassVar, final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from backoffice.vendors.abilities import ManagesWebhooks, TakesOrdersAtOnce
from backoffice.vendors.base import CallbackRequest, Connection
from backoffice.vendors.errors import FieldError, VendorAlreadyDone, VendorRejected
from backoffice.vendors.kept_accounts import AccountField, FieldKind
from backoffice.vendors.known_errors import KnownError
from backoffice.vendors.messages import Message, OrderToPlace
from backoffice.vendors.sign_customiser import callbacks, limits, schemas
from backoffice.vendors.sign_customiser.client import NAME, SignCustomiserClient
from backoffice.vendors.sign_customiser.known_errors import KNOWN_ERRORS
from backoffice.vendors.sign_customiser.payloads import order_payload
from backoffice.vendors.sign_messages import Placed, Webhook

_OUR_ID = re.compile(r"(?<![\w.])external[ _]id\b", re.IGNORECASE)
_TAKEN = re.compile(r"already|\btaken\b|duplicate|(?:must be|not) unique", re.IGNORECASE)


@final
class SignCustomiser(TakesOrdersAtOnce, ManagesWebhooks):
    """What the vendor can do. Raises VendorError; sees no model of ours."""

    name: ClassVar[str] = NAME
    title: ClassVar[str] = "Sign Customiser"
    purpose: ClassVar[Promise] = gettext_lazy("Lets shoppers design signs, and makes them.")
    after_restore: ClassVar[Promise] = gettext_lazy(
        "Its orders cannot be queried. Compare the orders in its dashboard with those here since the backup: enter "
        "what is missing, and resolve the unknown outcomes."
    )
    settings_prefix: ClassVar[str] = "SIGN_CUSTOMISER"
    KNOWN_ERRORS: ClassVar[tuple[KnownError, ...]] = KNOWN_ERRORS

    ACCOUNT_FIELDS: ClassVar[tuple[AccountField, ...]] = (
        AccountField(
            "SIGN_CUSTOMISER_URL",
            FieldKind.ADDRESS,
            gettext_lazy("Address"),
            gettext_lazy("Leave empty to use the address in the settings."),
        ),
        AccountField("SIGN_CUSTOMISER_TOKEN", FieldKind.SEALED, gettext_lazy("API token")),
        AccountField(
            "SIGN_CUSTOMISER_INTEGRATION_SECRET",
            FieldKind.SEALED,
            gettext_lazy("Integration secret"),
            gettext_lazy("Signs its requests to us when a shopper has designed a product."),
            is_required=False,
        ),
        AccountField(
            "SIGN_CUSTOMISER_INTEGRATION_SECRET_PREVIOUS",
            FieldKind.MADE,
            gettext_lazy("Previous secret"),
            is_required=False,
        ),
        AccountField(
            "SIGN_CUSTOMISER_WEBHOOK_SECRETS",
            FieldKind.SEALED_LIST,
            gettext_lazy("Secrets of webhooks created elsewhere"),
            gettext_lazy("One per line. Secrets of webhooks subscribed here are stored automatically."),
            is_required=False,
        ),
    )

    MAX_LINES: ClassVar[int] = limits.MAX_LINES
    MAX_LINES_WITH_DOCUMENTS: ClassVar[int] = limits.MAX_LINES
    ADDRESS_LIMITS: ClassVar[Mapping[str, tuple[int, int]]] = limits.ADDRESS_LIMITS

    CALLBACK_TOPICS: ClassVar[Mapping[str, type[Message]]] = callbacks.TOPICS
    SIGNS_CALLBACKS: ClassVar[bool] = True
    # Each shop's integration may call an address of its own.
    ADDRESSED_BY_SHOP: ClassVar[bool] = True
    CALLBACK_ANSWER: ClassVar[Mapping[str, object]] = {"ok": True}
    # `product:created` is not subscribed to but set on their integration's page.
    WEBHOOK_TOPICS: ClassVar[Mapping[str, str]] = {"order-created": "order:created", "form-submitted": "form:submitted"}

    def __init__(self, connection: Connection) -> None:
        self.client = SignCustomiserClient(connection, name=self.name, settings=self.settings)

    @classmethod
    def is_configured(cls) -> bool:
        return bool(cls.settings.SIGN_CUSTOMISER_URL and cls.settings.SIGN_CUSTOMISER_TOKEN)

    @classmethod
    def find_setting_faults(cls) -> list[str]:
        if cls.settings.SIGN_CUSTOMISER_SIGNATURE_FORMAT in callbacks.FORMATS:
            return []
        return [f"SIGN_CUSTOMISER_SIGNATURE_FORMAT has to be one of {', '.join(callbacks.FORMATS)}."]

    def check(self) -> str:
        """List the webhooks, which changes nothing and needs our token."""
        return f"OK, {len(self.client.webhooks())} webhooks"

    @classmethod
    def confirmation_seconds(cls) -> float:
        return float(cls.settings.SIGN_CUSTOMISER_CONFIRMATION_SECONDS)

    @classmethod
    def check_order(cls, order: OrderToPlace) -> list[FieldError]:
        return list(limits.order_errors(order))

    def place_order(self, order: OrderToPlace) -> Placed:
        """Place it. Raises VendorAlreadyDone where an order of our `external_id` is there, as some server may say."""
        try:
            return _placed(self.client.create_order(order_payload(order)), order=order)
        except VendorRejected as error:
            if not _is_there_already(error):
                raise
            done = VendorAlreadyDone(error.text, errors=error.errors, status=error.status, excerpt=error.excerpt)
            raise done from error

    def list_webhooks(self) -> list[Webhook]:
        return [_webhook(data) for data in self.client.webhooks()]

    def create_webhook(self, *, topic: str, url: str) -> Webhook:
        return _webhook(self.client.create_webhook(topic=topic, url=url))

    def read_webhook(self, vendor_id: str) -> Webhook:
        return _webhook(self.client.webhook(vendor_id))

    def update_webhook(self, vendor_id: str, *, topic: str, url: str) -> Webhook:
        """Have it call another address, or for another topic."""
        return _webhook(self.client.update_webhook(vendor_id, topic=topic, url=url))

    def delete_webhook(self, vendor_id: str) -> None:
        self.client.delete_webhook(vendor_id)

    @classmethod
    def is_callback_path(cls, token: str) -> bool:
        """Accept a shop's code or nothing: the signature is what protects the address."""
        return len(token) <= callbacks.LONGEST_RECIPIENT and (not token or token.replace("-", "a").isalnum())

    @classmethod
    def verify_callback(cls, request: CallbackRequest) -> bool:
        return callbacks.verify(request, cls.settings)

    @classmethod
    def read_callback(cls, topic: str, body: bytes) -> tuple[Message, ...]:
        return callbacks.read(topic, body, vendor=cls.name)


def _is_there_already(error: VendorRejected) -> bool:
    """Return whether a refusal is about our `external_id`, not a product's, and says that it is taken."""
    named = [one.text for one in error.errors if one.field == "external_id"]
    if not error.errors and _OUR_ID.search(error.text):
        named = [error.text]
    return error.status in (409, 422) and any(_TAKEN.search(text) for text in named)


def _placed(answer: schemas.SignOrderSchema, *, order: OrderToPlace) -> Placed:
    """Note differences, which decide nothing: their own example names another product than was sent."""
    sent = [line.custom_product for line in order.lines]
    products = answer.products if isinstance(answer.products, list) else []
    held = [_word(product.get("external_id")) for product in products if isinstance(product, dict)]
    reference = _word(answer.external_id)
    notes = []
    if reference not in ("", order.reference):
        notes.append(f"external_id {reference}, sent {order.reference}")
    if held and held != sent:
        notes.append(f"products {', '.join(held)}, sent {', '.join(sent)}")
    return Placed(vendor_id=_word(answer.order_id), notes=tuple(notes))


def _word(value: schemas.Word) -> str:
    return schemas.read_word(value, most=callbacks.LONGEST_ID).replace("\x00", "\ufffd")


def _webhook(data: schemas.WebhookData) -> Webhook:
    return Webhook(
        vendor_id=str(data.webhook_id),
        topic=_word(data.topic),
        url=schemas.read_word(data.url, most=callbacks.LONGEST_URL),
        status=_word(data.status),
        secret=data.secret or "",
    )

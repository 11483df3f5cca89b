"""What mypromo calls us with: who may, and what it says.

mypromo documents no signature, only the credentials that we give it, and these come in several shapes: as basic
authentication, as `Authorization` with whatever a person typed into their portal, or in a header of its own. The
body is a hint, never a proof: an order is read again before anything that cannot be undone.
"""

import base64
import binascii
import hmac
from collections.abc import Collection, Iterator
from typing import Any

import msgspec
from django.conf import settings as all_settings

from backoffice.vendors.abilities import CallsUs, Vendor
from backoffice.vendors.base import CallbackRequest, InvalidCallback
from backoffice.vendors.batch_messages import JobReport
from backoffice.vendors.messages import Message, OrderReport
from backoffice.vendors.mypromo.accounts import FULFILLER, MERCHANT, SANDBOX
from backoffice.vendors.mypromo.jobs import job_report
from backoffice.vendors.mypromo.production_reports import production_report
from backoffice.vendors.mypromo.production_schemas import ProductionOrderSchema
from backoffice.vendors.mypromo.reports import order_report
from backoffice.vendors.mypromo.schemas import JobSchema, OrderSchema
from backoffice.vendors.production_messages import ProductionOrderReport

USERNAME = "mypromo"
SHORTEST_SECRET = 24  # characters
# By account: our topic -> what it carries.
TOPICS: dict[str, dict[str, type[Message]]] = {
    MERCHANT: {"orders": OrderReport, "jobs": JobReport},
    SANDBOX: {"orders": OrderReport},
    FULFILLER: {"production": ProductionOrderReport, "jobs": JobReport},
}
_PATH_PURPOSE = b"mypromo callback path"


def _secrets(settings: Any) -> list[bytes]:
    """Return the account's present secret and the one before the last change. An empty one opens nothing."""
    configured = (settings.MYPROMO_CALLBACK_SECRET, settings.MYPROMO_CALLBACK_SECRET_PREVIOUS)
    return [secret.encode() for secret in configured if secret]


def verify(request: CallbackRequest, settings: Any) -> bool:
    """Return whether the request carries the account's secret, in the same time for any secret of that length."""
    offers = list(_offered(request, settings))
    # All are compared, so that the time does not tell which one matched.
    matches = [hmac.compare_digest(offer, secret) for offer in offers for secret in _secrets(settings)]
    return any(matches)


def _offered(request: CallbackRequest, settings: Any) -> Iterator[bytes]:
    for name in {"authorization", settings.MYPROMO_CALLBACK_HEADER.lower()}:
        # WSGI hands headers over as Latin-1; this gives the bytes that came.
        value = request.headers.get(name, "").encode("latin-1", "backslashreplace").strip()
        yield value
        scheme, _, rest = value.partition(b" ")
        if scheme.rstrip(b":").lower() == b"bearer":
            yield rest.strip()
        elif scheme.lower() == b"basic":
            yield from _password(rest.strip())


def _password(encoded: bytes) -> Iterator[bytes]:
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return
    yield decoded.partition(b":")[2]


def path_token(secret: bytes) -> str:
    """Return the part of the address that cannot be guessed; it follows from the secret, so it is not kept."""
    return hmac.new(secret, _PATH_PURPOSE, "sha256").hexdigest()[:32]


def callback_path_token(settings: Any = all_settings) -> str:
    """Return the token for addresses that are handed out now, empty without a secret."""
    return path_token(settings.MYPROMO_CALLBACK_SECRET.encode()) if settings.MYPROMO_CALLBACK_SECRET else ""


def is_callback_path(token: str, settings: Any) -> bool:
    """Return whether the token is the present one or the one from before the secret's last change."""
    offered = token.encode("utf-8", "backslashreplace")
    matches = [hmac.compare_digest(offered, path_token(secret).encode()) for secret in _secrets(settings)]
    return any(matches)


def addresses(account: type[CallsUs]) -> dict[str, str]:
    """Return the whole address of each topic; none without a secret, as nothing would be accepted there."""
    known = {topic: _address(topic, account) for topic in account.CALLBACK_TOPICS}
    return {topic: address for topic, address in known.items() if address}


def callback_request(topic: str, *, account: type[Vendor]) -> dict[str, object] | None:
    """Return what is sent with an order or a batch so that mypromo calls us; None without a secret.

    Basic authentication, because its shape is the only one about which document and SDK agree.
    """
    url = _address(topic, account)
    if not url:
        return None
    password = account.settings.MYPROMO_CALLBACK_SECRET
    return {"url": url, "auth": {"basic": {"username": USERNAME, "password": password}}}


def _address(topic: str, account: type[Vendor]) -> str:
    token = callback_path_token(account.settings)
    return f"{all_settings.PUBLIC_URL}/callbacks/{account.name}/{topic}/{token}/" if token else ""


def read(topic: str, body: bytes, *, vendor: str, base: str, topics: Collection[str]) -> tuple[Message, ...]:
    """Return the order, production order or job that a callback carries. What it is shows by its keys, as a client of
    theirs may have one address for all: any of the account's `topics` is read at the address of any other.

    `vendor` names the account it came to, `base` is that one's address. Raises InvalidCallback, and nothing else, for
    any other body or topic.
    """
    if topic not in topics:
        raise InvalidCallback(f"no such topic: {topic}")
    # No text of theirs needs it, and PostgreSQL takes it in no text.
    if b"\\u0000" in body:
        raise InvalidCallback("contains NUL characters")
    try:
        body.decode("utf-8")
        found = _topic_of(msgspec.json.decode(body, type=dict[str, msgspec.Raw]))
        if found not in topics:
            raise InvalidCallback(f"is about {found or 'nothing that is known'}, and no topic of this account")
        return (_read_one(found, body, vendor=vendor, base=base),)
    except (ValueError, RecursionError, OverflowError) as error:
        raise InvalidCallback(str(error)) from error


def _read_one(topic: str, body: bytes, *, vendor: str, base: str) -> Message:
    if topic == "jobs":
        return job_report(msgspec.json.decode(body, type=JobSchema, strict=False), vendor=vendor)
    if topic == "production":
        return production_report(msgspec.json.decode(body, type=ProductionOrderSchema, strict=False), vendor=vendor)
    return order_report(msgspec.json.decode(body, type=OrderSchema, strict=False), vendor=vendor, base=base)


def _topic_of(keys: Collection[str]) -> str:
    """Return what a callback is about, empty for nothing that is known: it names no event."""
    if "production_order_items" in keys:
        return "production"
    if "job_id" in keys:
        return "jobs"
    return "orders" if "items" in keys and "recipient" in keys else ""

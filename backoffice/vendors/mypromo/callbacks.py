"""What mypromo calls us with: who may, and what it says.

mypromo documents no signature, only the credentials that we give it, and these come in several shapes: as basic
authentication, as `Authorization` with whatever a person typed into their portal, or in a header of its own. The
body is a hint, never a proof: an order is read again before anything that cannot be undone.
"""

import base64
import binascii
import hmac
from collections.abc import Iterator

import msgspec
from django.conf import settings

from backoffice.vendors.base import CallbackRequest, InvalidCallback
from backoffice.vendors.messages import OrderReport
from backoffice.vendors.mypromo import schemas as theirs
from backoffice.vendors.mypromo.reports import order_report

USERNAME = "mypromo"
_PATH_PURPOSE = b"mypromo callback path"


class _Keys(msgspec.Struct):
    """The keys by which callbacks are told apart: they name no event."""

    production_order_items: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    job_id: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    items: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    recipient: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


def _secrets() -> list[bytes]:
    """The present secret and the one before the last change. An empty one opens nothing."""
    configured = (settings.MYPROMO_CALLBACK_SECRET, settings.MYPROMO_CALLBACK_SECRET_PREVIOUS)
    return [secret.encode() for secret in configured if secret]


def verify(request: CallbackRequest) -> bool:
    """Whether the request carries our secret. Takes the same time for any secret of the same length."""
    offers = list(_offered(request))
    # All are compared, so that the time does not tell which one matched.
    matches = [hmac.compare_digest(offer, secret) for offer in offers for secret in _secrets()]
    return any(matches)


def _offered(request: CallbackRequest) -> Iterator[bytes]:
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
    """The part of the address that cannot be guessed; it follows from the secret, so there is nothing to keep."""
    return hmac.new(secret, _PATH_PURPOSE, "sha256").hexdigest()[:32]


def callback_path_token() -> str:
    """The token for addresses that are handed out now, empty without a secret."""
    return path_token(settings.MYPROMO_CALLBACK_SECRET.encode()) if settings.MYPROMO_CALLBACK_SECRET else ""


def is_callback_path(token: str) -> bool:
    """Whether the token is the present one or the one from before the secret's last change."""
    offered = token.encode("utf-8", "backslashreplace")
    matches = [hmac.compare_digest(offered, path_token(secret).encode()) for secret in _secrets()]
    return any(matches)


def callback_request() -> dict[str, object] | None:
    """What is sent with an order so that mypromo calls us; None without a secret, as anybody could call then.

    Basic authentication, because its shape is the only one about which document and SDK agree.
    """
    token = callback_path_token()
    if not token:
        return None
    return {
        "url": f"{settings.PUBLIC_URL}/callbacks/mypromo/orders/{token}/",
        "auth": {"basic": {"username": USERNAME, "password": settings.MYPROMO_CALLBACK_SECRET}},
    }


def read(topic: str, body: bytes) -> tuple[OrderReport, ...]:
    """The order that a callback carries. Raises InvalidCallback, and nothing else, for any other body."""
    if topic != "orders":
        raise InvalidCallback(f"no such topic: {topic}")
    # No text of theirs needs it, and PostgreSQL takes it in no text.
    if b"\\u0000" in body:
        raise InvalidCallback("contains NUL characters")
    try:
        body.decode("utf-8")
        keys = msgspec.json.decode(body, type=_Keys)
        _refuse_others(keys)
        return (order_report(msgspec.json.decode(body, type=theirs.Order, strict=False)),)
    except (ValueError, RecursionError, OverflowError) as error:
        raise InvalidCallback(str(error)) from error


def _refuse_others(keys: _Keys) -> None:
    if keys.production_order_items is not msgspec.UNSET:
        raise InvalidCallback("is about a production order, which only a fulfiller gets")
    if keys.job_id is not msgspec.UNSET:
        raise InvalidCallback("is about a batch job, of which we start none")
    if keys.items is msgspec.UNSET or keys.recipient is msgspec.UNSET:
        raise InvalidCallback("is not about an order: it has no items or no recipient")

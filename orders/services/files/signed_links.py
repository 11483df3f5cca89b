"""Addresses of ours that need no login: whoever has one may fetch what it names, until it ends.

Vendors fetch print files days after an order was placed, so a link lives `FILE_LINK_DAYS`. The one for labels is asked
for on the day of dispatch, whenever that is, and does not end; it asks for a password beside.
"""

from datetime import timedelta
from enum import StrEnum

from django.conf import settings
from django.core import signing
from django.urls import reverse

# Parts of an address; nobody signs longer ones.
MAX_TOKEN = 300
# Unlike a colon it survives every reader of addresses; neither ids nor signatures have it.
SEP = "."


class Linked(StrEnum):
    """What a link leads to. Each has signatures of its own, so that none opens another thing."""

    FILE = "file"
    SLIP = "slip"
    LABEL = "label"


class LinkEnded(signing.BadSignature):
    """It was ours, but its days are over."""


def sign_link(what: Linked, key: str | int) -> str:
    """Return the address of that thing, from now on for FILE_LINK_DAYS days (of a label: without end)."""
    kind = signing.Signer if what == Linked.LABEL else signing.TimestampSigner
    token = kind(salt=_salt(what), sep=SEP).sign(str(key))
    return f"{settings.PUBLIC_URL}{reverse(f'signed-{what}', args=[token])}"


def read_link(what: Linked, token: str) -> str:
    """Return the key that the last part of the address stands for. Raise BadSignature, or LinkEnded."""
    if len(token) > MAX_TOKEN:
        raise signing.BadSignature("too long")
    if what == Linked.LABEL:
        return signing.Signer(salt=_salt(what), sep=SEP).unsign(token)
    longest = timedelta(days=settings.FILE_LINK_DAYS)
    try:
        return signing.TimestampSigner(salt=_salt(what), sep=SEP).unsign(token, max_age=longest)
    except signing.SignatureExpired as error:
        raise LinkEnded("ended") from error


def _salt(what: Linked) -> str:
    return f"orders.signed_links.{what}"

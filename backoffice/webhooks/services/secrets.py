"""Secrets of endpoints: the newest signs, and the one before it too until its time is over."""

import base64
import os
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from backoffice.webhooks.models import WebhookEndpoint

PREFIX = "whsec_"
# Of randomness; the standard asks for 24 to 64.
_BYTES = 32

Kept = Sequence[Mapping[str, Any]]


def new_secret() -> str:
    """Return a secret as the standard writes them."""
    return PREFIX + base64.b64encode(os.urandom(_BYTES)).decode()


def first_secrets() -> list[dict[str, Any]]:
    """Return what a new endpoint keeps."""
    return [{"secret": new_secret(), "until": None}]


def rotated(kept: Kept, *, hours: float) -> list[dict[str, Any]]:
    """Return a new secret before the newest one, which stays valid for so many hours."""
    until = timezone.now() + timedelta(hours=hours)
    old = [{"secret": kept[0]["secret"], "until": until.isoformat()}] if kept and hours else []
    return [{"secret": new_secret(), "until": None}, *old]


def valid_secrets(endpoint: WebhookEndpoint) -> list[str]:
    """Return the secrets that sign now, the newest first."""
    now = timezone.now()
    return [kept["secret"] for kept in endpoint.secrets or () if kept["until"] is None or now < _time(kept["until"])]


def previous_until(endpoint: WebhookEndpoint) -> datetime | None:
    """Return until when the secret before the newest one is valid; None where none is."""
    ends = [_time(kept["until"]) for kept in endpoint.secrets or () if kept["until"]]
    return max((end for end in ends if end > timezone.now()), default=None)


def _time(text: str) -> datetime:
    return parse_datetime(text) or timezone.now()

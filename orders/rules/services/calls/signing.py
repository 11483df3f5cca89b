"""What a call says and how it is signed: by Standard Webhooks, with a secret of each rule."""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from standardwebhooks import Webhook

from backoffice.masking import MASK
from orders.rules.models import Rule, RuleCall, RuleSecret

PREFIX = "whsec_"
# So long the secret before the last change signs too.
OVERLAP = timedelta(hours=24)


@dataclass(frozen=True)
class SignedCall:
    """A try of a call as it goes over the wire."""

    body: bytes
    headers: Mapping[str, str]

    @property
    def masked(self) -> str:
        """Headers and body for people: who sees them must not be able to sign."""
        shown = {**self.headers, "webhook-signature": MASK}
        lines = [f"{name}: {value}" for name, value in shown.items()]
        return "\n".join([*lines, "", self.body.decode()])


def ensure_secret(rule: Rule, *, actor: str) -> RuleSecret:
    """Return the secret of the rule, made where there is none."""
    return RuleSecret.objects.get_or_create(rule=rule, defaults={"secret": _new(), "changed_by": actor})[0]


@transaction.atomic
def rotate_secret(rule: Rule, *, actor: str) -> RuleSecret:
    """Sign with a new secret from now on; the one before signs too for a day."""
    ensure_secret(rule, actor=actor)
    row = RuleSecret.objects.select_for_update().get(rule=rule)
    row.previous, row.previous_until = row.secret, timezone.now() + OVERLAP
    row.secret, row.changed_by = _new(), actor
    row.save()
    return row


def is_previous_valid(row: RuleSecret) -> bool:
    """Return whether the secret before the last change still signs too."""
    return bool(row.previous) and row.previous_until is not None and row.previous_until > timezone.now()


def sign_call(call: RuleCall) -> SignedCall:
    """Return the call as it is sent now; of all its tries only time and signature differ. Raise KeyMissing."""
    body = json.dumps(_body(call), separators=(",", ":")).encode()
    key, now = f"msg_{call.key.hex}", datetime.now(UTC)
    signatures = [Webhook(secret).sign(key, now, body.decode()) for secret in _valid_secrets(call)]
    headers = {
        "webhook-id": key,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
    return SignedCall(body, headers)


def _body(call: RuleCall) -> dict[str, Any]:
    order = call.order
    return {
        "type": f"order.{call.event}",
        "timestamp": call.created_at.astimezone(UTC).isoformat(timespec="seconds"),
        "data": {
            "id": order.pk,
            "number": order.number,
            "test": order.is_test,
            "reference": order.reference,
            "event": call.event,
            "rule": call.rule.name,
            "url": settings.PUBLIC_URL + reverse("api-order", args=[order.pk]),
            "page": settings.PUBLIC_URL + reverse("admin:orders_order_change", args=[order.pk]),
        },
    }


def _valid_secrets(call: RuleCall) -> list[str]:
    row = ensure_secret(call.rule, actor=call.rule.actor)
    return [str(row.secret), *([str(row.previous)] if is_previous_valid(row) else [])]


def _new() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()

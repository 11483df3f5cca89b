"""Lines about who came in and who was refused, and their end."""

from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from backoffice.signin.models import Refusal, SignInEvent, SignInMethod
from backoffice.web.client_address import client_address

# Of an address that is locked out, one line in that time, and of a user whose password is guessed: tries must not fill
# the table.
LOCKED_LINES_EVERY = timedelta(minutes=10)
# Rows a daily run removes of each kind in one statement.
_BATCH = 10_000
_SHOWN = {
    "totp": SignInMethod.TOTP,
    "recovery_codes": SignInMethod.RECOVERY,
    "webauthn": SignInMethod.KEY,
}


def record(request: HttpRequest, user: User | None, *, method: str, refusal: str = "") -> None:
    """Keep a line; many refusals of one locked address, or of one guessed user, are one."""
    address = client_address(request)
    if refusal in (Refusal.LOCKED, Refusal.GUESSED):
        same = SignInEvent.objects.filter(refusal=refusal, user=user, at__gte=timezone.now() - LOCKED_LINES_EVERY)
        if (same.filter(address=address) if refusal == Refusal.LOCKED else same).exists():
            return
    agent = request.headers.get("User-Agent", "").replace("\0", "")
    SignInEvent.objects.create(user=user, method=method, refusal=refusal, address=address, user_agent=agent[:200])


def method_of(records: list[dict[str, Any]]) -> SignInMethod:
    """Return what was shown last, of what the library keeps in the session."""
    last = records[-1] if records else {}
    if last.get("method") == "socialaccount":
        return SignInMethod.OIDC
    if last.get("passwordless"):
        return SignInMethod.PASSKEY
    return _SHOWN.get(str(last.get("type")), SignInMethod.PASSWORD)


def forget_old() -> int:
    """Remove what is older than it may be read back: sign-ins, failures that count no more, sessions that ended."""
    before = timezone.now() - timedelta(days=settings.SIGN_IN_HISTORY_DAYS)
    rows = (
        SignInEvent.objects.filter(at__lt=before),
        AccessLog.objects.filter(attempt_time__lt=before),
        AccessAttempt.objects.filter(attempt_time__lt=before),
        Session.objects.filter(expire_date__lt=timezone.now()),
        UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")),
    )
    removed = 0
    for found in rows:
        keys = list(found.values_list("pk", flat=True)[:_BATCH])
        removed += len(keys)
        found.model._default_manager.filter(pk__in=keys).delete()
    return removed

"""Failed sign-ins: counted for a user at an address, for an address whatever the user, and for a user whatever the
address.
"""

from datetime import timedelta
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.db.models import Max, QuerySet, Sum, Value
from django.db.models.functions import Least
from django.http import HttpRequest
from django.utils import timezone


class SignInGuard(AxesDatabaseHandler):
    """Nobody can lock a user out from elsewhere, and nobody can try one name after another, or one from many addresses.

    The first limit is the library's own; an address, which an office may share, has a larger one. A user whose password
    is guessed from many addresses comes in by it only from where they have come in before.
    """

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        return bool(super().is_locked(request, credentials)) or self._is_refused(request, credentials)

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        super().user_login_failed(sender, credentials, request, **kwargs)
        if request is not None and self._is_refused(request, credentials):
            request.axes_locked_out = True  # type: ignore[attr-defined]  # makes the answer a 429
            request.axes_credentials = credentials  # type: ignore[attr-defined]

    def _is_refused(self, request: HttpRequest, credentials: dict[str, Any] | None) -> bool:
        name, address = get_client_username(request, credentials), request.axes_ip_address  # type: ignore[attr-defined]
        return self._is_address_locked(request) or is_guessed_at(name, address)

    def _is_address_locked(self, request: HttpRequest) -> bool:
        recent = AccessAttempt.objects.filter(
            ip_address=request.axes_ip_address,  # type: ignore[attr-defined]  # set by axes before it asks
            attempt_time__gte=get_cool_off_threshold(request),
        )
        failures = recent.aggregate(number=Sum("failures_since_start"))["number"] or 0
        return bool(failures >= settings.SIGN_IN_FAILURES_PER_ADDRESS)


def is_guessed_at(name: str | None, address: str | None) -> bool:
    """Return whether the user's password is guessed from many addresses, and this is none from which they have ever
    come in. Of a name that nobody has it is the same.
    """
    if not name or count_guesses(name) < settings.SIGN_IN_FAILURES_PER_USER:
        return False
    return not AccessLog.objects.filter(username=name, ip_address=address).exists()


def count_guesses(name: str) -> int:
    """Return how often a wrong password of the user came within the hour; one address counts until it is locked."""
    return tries_by_address(name).aggregate(number=Sum("counted"))["number"] or 0


def tries_by_address(name: str) -> "QuerySet[AccessAttempt, dict[str, Any]]":
    """Return for each address the failures of the user within the hour, how many of these count, and the last one.

    A row of axes is of one browser; what counts is all that came from the address.
    """
    since = timezone.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    recent = AccessAttempt.objects.filter(username=name, attempt_time__gte=since).order_by()
    failures = Sum("failures_since_start")
    return recent.values("ip_address").annotate(
        failures=failures, counted=Least(failures, Value(settings.AXES_FAILURE_LIMIT)), last=Max("attempt_time")
    )

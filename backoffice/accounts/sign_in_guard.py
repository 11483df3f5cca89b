"""Failed sign-ins: counted for a user at an address, and for an address whatever the user."""

from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest


class SignInGuard(AxesDatabaseHandler):
    """Nobody can lock a user out from elsewhere, and nobody can try one name after another.

    The first limit is the library's own; an address, which an office may share, has a larger one.
    """

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        return bool(super().is_locked(request, credentials)) or self._is_address_locked(request)

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        super().user_login_failed(sender, credentials, request, **kwargs)
        if request is not None and self._is_address_locked(request):
            request.axes_locked_out = True  # type: ignore[attr-defined]  # makes the answer a 429
            request.axes_credentials = credentials  # type: ignore[attr-defined]

    def _is_address_locked(self, request: HttpRequest) -> bool:
        recent = AccessAttempt.objects.filter(
            ip_address=request.axes_ip_address,  # type: ignore[attr-defined]  # set by axes before it asks
            attempt_time__gte=get_cool_off_threshold(request),
        )
        failures = recent.aggregate(number=Sum("failures_since_start"))["number"] or 0
        return bool(failures >= settings.SIGN_IN_FAILURES_PER_ADDRESS)

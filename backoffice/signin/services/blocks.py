"""Sign-ins that are blocked after wrong passwords, and letting somebody try again before the hour is over."""

from datetime import datetime, timedelta

from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from backoffice.accounts.services.staff_rights import holds_no_more
from backoffice.errors import NotAllowed
from backoffice.text.translatable import gettext as _


def blocked_until(user: User) -> datetime | None:
    """Return when the last block of the user ends, None where there is none. Each holds for one address."""
    lasts = timedelta(hours=settings.AXES_COOLOFF_TIME)
    attempts = AccessAttempt.objects.filter(
        username=user.get_username(),
        failures_since_start__gte=settings.AXES_FAILURE_LIMIT,
        attempt_time__gte=timezone.now() - lasts,
    )
    latest = attempts.order_by("attempt_time").values_list("attempt_time", flat=True).last()
    return None if latest is None else latest + lasts


def lift_block(user: User, *, actor: User) -> None:
    """Let somebody try again at once, from wherever. An address that is blocked for all stays so."""
    if not holds_no_more(user, than=actor):
        raise NotAllowed(_("This account has rights that you do not have."))
    reset(username=user.get_username())

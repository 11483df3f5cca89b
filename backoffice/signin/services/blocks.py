"""Sign-ins that are blocked after wrong passwords, and letting somebody try again before the hour is over."""

from datetime import datetime, timedelta

from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Max, Sum
from django.utils import timezone

from backoffice.accounts.services.staff_rights import holds_no_more
from backoffice.errors import NotAllowed
from backoffice.text.translatable import gettext as _


def blocked_until(user: User) -> datetime | None:
    """Return when the last block of the user ends, None where there is none. Each holds for one address."""
    lasts = timedelta(hours=settings.AXES_COOLOFF_TIME)
    attempts = AccessAttempt.objects.filter(username=user.get_username(), attempt_time__gte=timezone.now() - lasts)
    # A row is of one browser; what counts is all that came from the address.
    addresses = attempts.order_by().values("ip_address").annotate(failures=Sum("failures_since_start"))
    blocked = addresses.filter(failures__gte=settings.AXES_FAILURE_LIMIT).annotate(last=Max("attempt_time"))
    latest = max(blocked.values_list("last", flat=True), default=None)
    return None if latest is None else latest + lasts


def lift_block(user: User, *, actor: User) -> None:
    """Let somebody try again at once, from wherever. An address that is blocked for all stays so."""
    if not holds_no_more(user, than=actor):
        raise NotAllowed(_("This account has rights that you do not have."))
    reset(username=user.get_username())

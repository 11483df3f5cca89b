"""Sign-ins that are blocked after wrong passwords, and letting somebody try again before the hour is over."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from axes.utils import reset
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max, Q, Sum
from django.utils import timezone

from backoffice.accounts.services.staff_rights import holds_no_more
from backoffice.accounts.sign_in_guard import tries_by_address
from backoffice.decisions import note_decision
from backoffice.errors import NotAllowed
from backoffice.signin.models import Refusal, SignInEvent
from backoffice.signin.services.mails import mail_account
from backoffice.text.translatable import gettext as _

# Of an attack that goes on, one mail in that time.
WARNED_EVERY = timedelta(days=1)


@dataclass(frozen=True)
class Block:
    """Until when a user is blocked at one of the addresses that tried; `is_guessed`: at every one that is new."""

    until: datetime
    is_guessed: bool


def find_block(user: User) -> Block | None:
    """Return the last block of the user, None where there is none."""
    is_blocked = Q(failures__gte=settings.AXES_FAILURE_LIMIT)
    found = tries_by_address(user.get_username()).aggregate(
        blocked=Max("last", filter=is_blocked), latest=Max("last"), number=Sum("counted")
    )
    is_guessed = (found["number"] or 0) >= settings.SIGN_IN_FAILURES_PER_USER
    last = found["latest"] if is_guessed else found["blocked"]
    return last and Block(last + timedelta(hours=settings.AXES_COOLOFF_TIME), is_guessed)


def warn_of_guesses(user: User) -> None:
    """Let the user know that their password is guessed, before the refusal is kept: by mail, once a day."""
    since = timezone.now() - WARNED_EVERY
    if user.is_staff and not SignInEvent.objects.filter(user=user, refusal=Refusal.GUESSED, at__gte=since).exists():
        mail_account(user, "account.guessed")


@transaction.atomic
def lift_block(user: User, *, actor: User) -> None:
    """Let somebody try again at once, from wherever. An address that is blocked for all stays so."""
    if not holds_no_more(user, than=actor):
        raise NotAllowed(_("This account has rights that you do not have."))
    reset(username=user.get_username())
    note_decision(user, _("Sign-in unblocked"))

"""Accounts of colleagues: invited by mail, helped in again, and shut out of what is open."""

import re
import unicodedata
from collections.abc import Collection

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import QuerySet

from backoffice.accounts.services.staff_rights import grantable_groups, holds_no_more
from backoffice.accounts.services.visibility import keep_within
from backoffice.errors import Conflict, NotAllowed
from backoffice.mail.services.sending import is_set_up
from backoffice.signin.services.links import password_link
from backoffice.signin.services.mails import mail_account
from backoffice.text.translatable import gettext as _

_LONGEST_NAME = 60


def find_by_email(email: str) -> "QuerySet[User]":
    """Return the staff with that address, however it is written."""
    return User.objects.filter(email__iexact=email.strip(), is_active=True, is_staff=True)


@transaction.atomic
def invite(email: str, *, first_name: str, last_name: str, groups: Collection[Group], actor: User) -> tuple[User, str]:
    """Make an account with these roles, and send the link that sets its password.

    Return it with the link, empty when a mail brings it. Refused: an address that an account has, roles with rights
    that the actor lacks.
    """
    if User.objects.filter(email__iexact=email).exists():
        raise Conflict(_("An account with this e-mail address already exists."), code="email_taken")
    allowed = set(grantable_groups(actor).filter(pk__in=[group.pk for group in groups]).values_list("pk", flat=True))
    if missing := sorted(group.name for group in groups if group.pk not in allowed):
        raise NotAllowed(_("These roles have rights that you do not have: %s") % ", ".join(missing))
    user = User(username=free_name(email), email=email, first_name=first_name, last_name=last_name, is_staff=True)
    user.set_unusable_password()
    user.save()
    user.groups.set(groups)
    keep_within(user, actor=actor)
    return user, send_link(user, actor=actor, kind="account.invitation")


def send_link(user: User, *, actor: User, kind: str = "account.password") -> str:
    """Send the link that sets the password; return it where no mail can, to be passed on by hand."""
    _require_manageable(user, actor)
    inviter = actor.get_full_name() or actor.get_username()
    if is_set_up() and mail_account(user, kind, created_by=actor.get_username(), inviter=inviter):
        return ""
    return password_link(user)


@transaction.atomic
def remove_factors(user: User, *, actor: User) -> None:
    """Let somebody in without their second factor, which they lost; a rule may have them set up another at once."""
    _require_manageable(user, actor)
    clear_factors(user, actor=actor.get_username())


@transaction.atomic
def clear_factors(user: User, *, actor: str) -> int:
    """Remove all of them, end what is open, and tell the user by mail. Return how many there were."""
    removed, _models = Authenticator.objects.filter(user=user).delete()
    end_sessions(user)
    mail_account(user, "account.changed", created_by=actor, what="factors_removed", address="–")
    return removed


def end_sessions(user: User, *, but: str = "") -> int:
    """End what is open of the user, but for one session. Return how many ended."""
    found = list(UserSession.objects.filter(user=user).exclude(session_key=but))
    for session in found:
        session.end()
    return len(found)


def end_oldest_sessions(user: User, *, but: str) -> None:
    """Leave the newest of the user's sessions: so many as may be open at once, the one named among them."""
    others = UserSession.objects.filter(user=user).exclude(session_key=but).order_by("-pk")
    for session in others[settings.SESSIONS_AT_ONCE - 1 :]:
        session.end()


def free_name(email: str) -> str:
    """Return a user name made of the address that nobody has yet."""
    local = unicodedata.normalize("NFKD", email.partition("@")[0]).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9._-]+", "", local)[:_LONGEST_NAME] or "staff"
    taken = set(User.objects.filter(username__startswith=stem).values_list("username", flat=True))
    number = 1
    while (name := stem if number == 1 else f"{stem}{number}") in taken:
        number += 1
    return name


def _require_manageable(user: User, actor: User) -> None:
    if not holds_no_more(user, than=actor):
        raise NotAllowed(_("This account has rights that you do not have."))

"""What follows from a sign-in, and from one that was refused."""

import time
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.signals import authentication_step_completed
from allauth.account.signals import user_logged_in as came_in
from allauth.mfa.signals import authentication_failed
from allauth.socialaccount.models import SocialLogin
from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from backoffice.accounts.sign_in_guard import is_guessed_at
from backoffice.signin.models import Refusal, SignInMethod
from backoffice.signin.services.accounts import end_oldest_sessions
from backoffice.signin.services.blocks import warn_of_guesses
from backoffice.signin.services.history import method_of, record
from backoffice.signin.services.single_sign_on import note_second_factor
from backoffice.signin.sessions import BEGUN_KEY
from backoffice.staff.recent_sign_in import note_identity_shown
from backoffice.web.client_address import sign_in_address


@receiver(user_logged_in, dispatch_uid="signin.identity")
def note_sign_in(request: HttpRequest | None = None, **_more: Any) -> None:
    """Let the moment of the sign-in count for showing who one is, and as the beginning of the session."""
    if request is not None and hasattr(request, "session"):
        note_identity_shown(request)
        request.session[BEGUN_KEY] = time.time()


@receiver(authentication_step_completed, dispatch_uid="signin.shown_again")
def note_shown_again(request: HttpRequest, **facts: Any) -> None:
    """Let what is dangerous be done once more."""
    if facts.get("reauthenticated"):
        note_identity_shown(request)


@receiver(came_in, dispatch_uid="signin.came_in")
def record_sign_in(request: HttpRequest, user: User, sociallogin: SocialLogin | None = None, **_more: Any) -> None:
    """Keep who came in, and with what; the oldest session ends where there are too many."""
    note_second_factor(request.session, sociallogin.account.extra_data if sociallogin else None)
    record(request, user, method=method_of(get_authentication_records(request, user)))
    end_oldest_sessions(user, but=request.session.session_key or "")


@receiver(user_login_failed, dispatch_uid="signin.refused")
def record_refusal(credentials: dict[str, Any], request: HttpRequest | None = None, **_more: Any) -> None:
    """Keep who was refused, and why."""
    if request is None:
        return
    name = credentials.get("username") or ""
    user = User.objects.filter(username=name).first()
    refusal = _reason(request, user)
    if not AxesProxyHandler.is_allowed(request, {"username": name}):
        refusal = Refusal.GUESSED if is_guessed_at(name, sign_in_address(request)) else Refusal.LOCKED
    if user and refusal == Refusal.GUESSED:
        warn_of_guesses(user)
    record(request, user, method=SignInMethod.PASSWORD, refusal=refusal)


@receiver(authentication_failed, dispatch_uid="signin.wrong_code")
def record_wrong_code(request: HttpRequest, user: User, **_more: Any) -> None:
    """Keep it, and count it for the address as a wrong password is."""
    record(request, user, method=SignInMethod.TOTP, refusal=Refusal.CODE)
    AxesProxyHandler.user_login_failed(
        sender=record_wrong_code, credentials={"username": user.get_username()}, request=request
    )


def _reason(request: HttpRequest, user: User | None) -> str:
    if told := getattr(request, "sign_in_refusal", ""):
        return str(told)
    if user is None:
        return Refusal.NAME
    return Refusal.PASSWORD if user.is_active and user.is_staff else Refusal.CLOSED

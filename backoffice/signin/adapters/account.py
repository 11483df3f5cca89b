"""Accounts as allauth sees them: none is opened from outside, mails go through our outbox, and axes counts guesses."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.contrib.auth.models import AbstractBaseUser, User
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.signin.models import Refusal, SignInMethod
from backoffice.signin.services.history import record
from backoffice.signin.services.mails import CHANGES, mail_account
from backoffice.signin.services.single_sign_on import is_password_ended
from backoffice.staff.recent_sign_in import is_identity_fresh
from backoffice.web.client_address import client_address, sign_in_address

# What came through a socket without an address counts as one.
NOWHERE = "0.0.0.0"  # noqa: S104 - no server listens on it
# Said by the page that follows.
_SILENT = (
    "account/messages/logged_in.txt",
    "account/messages/logged_out.txt",
    "mfa/messages/recovery_codes_generated.txt",
)


class AccountAdapter(DefaultAccountAdapter):
    """Staff only."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _(
            "User name and password do not match. Check both, including upper and lower case."
        ),
        "too_many_login_attempts": _("Too many attempts. Wait 15 minutes, then try again."),
        "rate_limited": _("Too many attempts. Wait 15 minutes, then try again."),
        "incorrect_code": _("This code is incorrect or was already used. Enter the one that your app shows now."),
        "incorrect_password": _("This password is incorrect."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Leave wrong passwords to axes, which comes next."""

    def pre_login(self, request: HttpRequest, user: Any, **options: Any) -> HttpResponse | None:
        """Let in nobody who is no member of staff (any more), whatever they showed."""
        if user.is_active and user.is_staff:
            return None
        record(request, user, method=SignInMethod.OIDC, refusal=Refusal.CLOSED)
        return self.respond_user_inactive(request, user)

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request) or NOWHERE

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("admin:my_sign_in")

    def is_reauthentication_required(self, *, app: str, **options: Any) -> bool:
        """Count a sign-in of a moment ago for showing who one is."""
        return not is_identity_fresh(context.request)

    def add_message(self, request: HttpRequest, level: int, *texts: Any, **options: Any) -> None:
        """Say what was changed in the words of our mail about it."""
        template = str(texts[0]) if texts else ""
        change = CHANGES.get(template.replace("/messages/", "/email/").removesuffix(".txt"))
        if change:
            super().add_message(request, level, message=str(change))
        elif template not in _SILENT:
            super().add_message(request, level, *texts, **options)

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Queue our own mail, whose link is made when it is sent; nothing for who may use no password."""
        if user.is_staff and not is_password_ended(user):
            mail_account(user, "account.password")

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        if template_prefix in CHANGES:
            address = sign_in_address(self.request) or "–"
            mail_account(user, "account.changed", what=template_prefix, address=address)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send none of the library's own: what staff get stands in our log of mails."""

    def get_reauthentication_methods(self, user: AbstractBaseUser | Any) -> list[dict[str, Any]]:
        """Offer what is quickest first: a passkey, a code, the password; then the provider."""
        methods = super().get_reauthentication_methods(user)
        methods.sort(key=lambda one: ("webauthn" not in one["id"], one["id"] != "mfa_reauthenticate"))
        return methods

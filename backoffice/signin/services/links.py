"""The link with which a password is set, once: for who was invited, and for who lost theirs."""

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.models import User
from django.urls import reverse

from backoffice.web.links import public_url


def password_link(user: User) -> str:
    """Return an address that works once and for INVITATION_HOURS; whoever has it comes into the account."""
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    arguments = {"uidb36": user_pk_to_url_str(user), "key": token}
    return public_url(reverse("account_reset_password_from_key", kwargs=arguments))

"""Second factors as allauth keeps them: their secrets sealed, and none removed that a rule wants."""

from typing import Any

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.utils.translation import gettext_lazy as _

from backoffice.model_fields import open_text, seal_text
from backoffice.signin.services.requirement import FACTORS, must_have_factor
from backoffice.text.translatable import gettext


class FactorsAdapter(DefaultMFAAdapter):
    """Secrets are sealed under ENCRYPTION_KEYS, as credentials of vendors are."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _(
            "Your role requires a second factor, and this is your only one. Add another first, then remove this one."
        ),
        "incorrect_code": _("This code is incorrect or was already used. Enter the one that your app shows now."),
    }

    def encrypt(self, text: str) -> str:
        return seal_text(text)

    def decrypt(self, encrypted_text: str) -> str:
        return open_text(encrypted_text)

    def get_totp_label(self, user: Any) -> str:
        return str(user.get_username())

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Refuse the last one of who must have one."""
        others = Authenticator.objects.filter(user=authenticator.user, type__in=FACTORS).exclude(pk=authenticator.pk)
        return others.exists() or not must_have_factor(authenticator.user)

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey %(number)d") % {"number": number}

    def _get_site_name(self) -> str:
        host: str = context.request.get_host()
        return host

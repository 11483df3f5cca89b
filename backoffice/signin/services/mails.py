"""The mails of sign-in, in the product's own words: they go out whatever kinds somebody has switched on."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from backoffice.mail.models import Mail, StaffMail
from backoffice.mail.services.kinds import Audience, MailKind, Variable, mail_kind
from backoffice.mail.services.queueing import queue_mails
from backoffice.mail.services.rendering import safe_name
from backoffice.signin.services.links import password_link
from backoffice.text.translatable import gettext

_NAME = Variable(_("name of the staff member"), "Clara Neumann")
_LINK = Variable(_("the link"), "https://backoffice.example.com/account/password/…", is_link=True)
_HOURS = Variable(_("hours the link is valid"), "72")


class AccountMail(MailKind):
    """A mail to somebody about their own account. What it lets in is kept nowhere: the log shows it masked."""

    audience = Audience.ACCOUNT
    hint = _("Sent automatically; cannot be switched off.")
    secrets = ("link",)

    def still_wanted(self, mail: Mail) -> str:
        if mail.user is None or not mail.user.is_active:
            return gettext("The account was deactivated in the meantime.")
        return ""

    def context(self, mail: Mail) -> Mapping[str, Any]:
        user: Any = mail.user
        return {
            "name": safe_name(user.get_full_name() or user.get_username()),
            "user_name": safe_name(user.get_username()),
            "hours": settings.INVITATION_HOURS,
            "link": password_link(user),
        }


@mail_kind("account.invitation")
class InvitationMail(AccountMail):
    title = _("Invitation")
    variables = {
        "name": _NAME,
        "user_name": Variable(_("user name for sign-in"), "clara"),
        "inviter": Variable(_("name of the inviter"), "Dana Demo"),
        "link": _LINK,
        "hours": _HOURS,
    }
    subject_line = _("{{ inviter }} invites you to the back office")
    body = _(
        "Hello {{ name }},\n\n{{ inviter }} has created an account for you in the back office. Choose your "
        "password here:\n\n{{ link }}\n\nYour user name is {{ user_name }}; your e-mail address works as well. The "
        "link works once and is valid for {{ hours }} hours.\n\nIf you did not expect an invitation, ignore this "
        "e-mail."
    )

    def context(self, mail: Mail) -> Mapping[str, Any]:
        return {**super().context(mail), "inviter": safe_name(str(mail.params.get("inviter", "")))}


@mail_kind("account.password")
class LostPasswordMail(AccountMail):
    title = _("Lost password")
    variables = {
        "name": _NAME,
        "user_name": Variable(_("user name for sign-in"), "clara"),
        "link": _LINK,
        "hours": _HOURS,
    }
    subject_line = _("Set a new password")
    body = _(
        "Hello {{ name }},\n\nSet a new password for the back office here:\n\n{{ link }}\n\nYour user name is {{ "
        "user_name }}. The link works once and is valid for {{ hours }} hours.\n\nIf you did not request this, "
        "ignore this e-mail: your password stays the same."
    )


@mail_kind("account.changed")
class AccountChangedMail(AccountMail):
    title = _("Sign-in changed")
    variables = {
        "name": _NAME,
        "what": Variable(_("what was changed"), _("Your password was changed.")),
        "address": Variable(_("address the change came from"), "203.0.113.7"),
    }
    subject_line = _("Your sign-in was changed")
    body = _(
        "Hello {{ name }},\n\n{{ what }} The change was made from the address {{ address }}.\n\nIf this was not "
        "you, set a new password immediately and contact an administrator."
    )

    def context(self, mail: Mail) -> Mapping[str, Any]:
        user: Any = mail.user
        return {
            "name": safe_name(user.get_full_name() or user.get_username()),
            "what": str(CHANGES.get(str(mail.params.get("what")), "")),
            "address": mail.params.get("address", ""),
        }


@mail_kind("account.guessed")
class PasswordGuessedMail(AccountMail):
    title = _("Password guessing")
    variables = {"name": _NAME, "user_name": Variable(_("user name for sign-in"), "clara")}
    subject_line = _("Many wrong passwords for your account")
    body = _(
        "Hello {{ name }},\n\nmany wrong passwords for your account {{ user_name }} were entered within an hour, from "
        "many different addresses. For now, your password works only from addresses that you have signed in from "
        "before. A passkey or single sign-on works everywhere.\n\nIf you use this password anywhere else, set a new "
        "one. A second factor under My sign-in protects your account even if your password is guessed."
    )

    def context(self, mail: Mail) -> Mapping[str, Any]:
        user: Any = mail.user
        return {
            "name": safe_name(user.get_full_name() or user.get_username()),
            "user_name": safe_name(user.get_username()),
        }


# What the library reports -> what the mail says.
CHANGES: Mapping[str, Any] = {
    "account/email/password_changed": _("Your password was changed."),
    "account/email/password_reset": _("Your password was reset through a link in an e-mail."),
    "account/email/password_set": _("A password was set."),
    "mfa/email/totp_activated": _("An authenticator app was added."),
    "mfa/email/totp_deactivated": _("The authenticator app was removed."),
    "mfa/email/recovery_codes_generated": _("New recovery codes were created; the old ones no longer work."),
    "mfa/email/webauthn_added": _("A passkey was added."),
    "mfa/email/webauthn_removed": _("A passkey was removed."),
    "factors_removed": _("An administrator removed your second factor."),
}


@transaction.atomic
def mail_account(user: User, kind: str, *, created_by: str = "system", **params: Any) -> bool:
    """Queue the mail; return false for who has no address."""
    if not user.email:
        return False
    queue_mails(
        [
            Mail(
                kind=kind,
                subject_type="auth.user",
                subject_id=user.pk,
                occasion=uuid.uuid4().hex,
                recipient=user.email,
                user=user,
                language=_language_of(user),
                params=params,
                created_by=created_by,
            )
        ]
    )
    return True


def _language_of(user: User) -> str:
    chosen = StaffMail.objects.filter(user=user).values_list("language", flat=True).first()
    return chosen or (get_language() or settings.LANGUAGE_CODE)[:2]

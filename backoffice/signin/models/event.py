"""One line for each sign-in, and for each that was refused."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.states import Chip, Tone


class SignInMethod(models.TextChoices):
    """The last of what was shown: with a second factor, that."""

    PASSWORD = "password", _("password")
    TOTP = "totp", _("password and code")
    RECOVERY = "recovery", _("password and recovery code")
    KEY = "key", _("password and security key")
    PASSKEY = "passkey", _("passkey")
    OIDC = "oidc", _("single sign-on")


class Refusal(models.TextChoices):
    PASSWORD = "password", _("wrong password")
    NAME = "name", _("unknown user name")
    CODE = "code", _("wrong code")
    LOCKED = "locked", _("too many attempts")
    GUESSED = "guessed", _("password guessing")
    PASSKEY = "passkey", _("unknown passkey")
    CLOSED = "closed", _("account deactivated")
    NO_PASSWORDS = "no_passwords", _("single sign-on only")
    NO_ROLE = "no_role", _("no role at the provider")
    NOT_LINKED = "not_linked", _("account not linked to the provider")
    PROVIDER = "provider", _("provider refused or did not respond")


class SignInEvent(models.Model):
    """What was typed as a name that nobody has is kept nowhere: it may be somebody's password."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", verbose_name=_("user")
    )
    at = models.DateTimeField(_("time"), auto_now_add=True)
    method = models.CharField(_("sign-in method"), max_length=10, choices=SignInMethod)
    # Empty: let in.
    refusal = models.CharField(_("rejected"), max_length=12, choices=Refusal, blank=True, default="", db_default="")
    address = models.GenericIPAddressField(_("address"), null=True)
    user_agent = models.CharField(_("browser"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        indexes = [
            models.Index(fields=["user", "-id"], name="sign_in_of_user"),
            models.Index(fields=["-id"], condition=~models.Q(refusal=""), name="sign_in_refused"),
            models.Index(fields=["address", "-id"], name="sign_in_address"),
            models.Index(fields=["at"], name="sign_in_time"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_refusal_display() or self.get_method_display()}"

    def chip(self) -> Chip:
        """Return what became of it, in a word."""
        if not self.refusal:
            return Chip(Tone.GREEN, "login", str(_("signed in")))
        return Chip(Tone.RED, "block", self.get_refusal_display())

    @property
    def browser(self) -> str:
        """Browser and system, as far as the header that anybody may write names them."""
        return name_browser(self.user_agent)


_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def name_browser(user_agent: str) -> str:
    """Return the names that people have for it; what is none of these is shown by its beginning."""
    found = [next((name for mark, name in known if mark in user_agent), "") for known in (_BROWSERS, _SYSTEMS)]
    return ", ".join(filter(None, found)) or user_agent[:40]

"""What the doctor says of sign-in."""

from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import get_adapter
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.utils.translation import ngettext

from backoffice.engine.services.diagnosis import examiners
from backoffice.engine.services.foundations import DoctorResult
from backoffice.mail.services.sending import is_set_up
from backoffice.signin.services.requirement import FACTORS
from backoffice.signin.services.single_sign_on import is_issuer, is_single_sign_on, provider
from backoffice.text.translatable import gettext as _

_DISCOVERY = "/.well-known/openid-configuration"
# What a provider's description has to name.
_NEEDED = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "issuer")


def examine_sign_in(ask_others: bool) -> Iterator[DoctorResult]:
    """Examine second factors of superusers, mail and the provider."""
    faults = [*_factors(), *_mail(), *_provider_settings()]
    yield from faults
    if is_single_sign_on():
        yield _factor_of_provider()
    if is_single_sign_on() and ask_others:
        yield _provider()
    elif not faults:
        yield DoctorResult(_("Sign-in"), _("no contradictions"))


def _factors() -> Iterator[DoctorResult]:
    secured = Authenticator.objects.filter(type__in=FACTORS).values("user")
    bare = User.objects.filter(is_superuser=True, is_active=True).exclude(pk__in=secured).count()
    if bare and settings.PRODUCTION:
        text = ngettext(
            "%(count)d superuser has no second factor.", "%(count)d superusers have no second factor.", bare
        )
        text %= {"count": bare}
        remedy = _("Set SECOND_FACTOR=superusers and have them sign in once.")
        yield DoctorResult(_("Sign-in"), text, remedy, _("Anyone who learns one password may do everything."))


def _mail() -> Iterator[DoctorResult]:
    if settings.PRODUCTION and not is_set_up():
        cost = _("Lost passwords cannot be reset, and invitations must be passed on manually.")
        yield DoctorResult(_("Sign-in"), _("No mail server is set up."), _("Set EMAIL_HOST."), cost)


def _provider_settings() -> Iterator[DoctorResult]:
    oidc = provider()
    given = [name for name in ("issuer", "client_id", "client_secret") if oidc[name]]
    if given and len(given) < 3:
        text = _(
            "Single sign-on is only partly set up: OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET belong together."
        )
        yield DoctorResult(_("Sign-in"), text, _("Set all three or none."), _("No one can sign in through it."))
    known = set(Group.objects.values_list("name", flat=True))
    if unknown := sorted(set(oidc["groups"].values()) - known):
        text = _("OIDC_GROUPS names groups that do not exist: %s.") % ", ".join(unknown)
        remedy = _("Create them or correct their names; names are case-sensitive.")
        yield DoctorResult(
            _("Sign-in"), text, remedy, _("Anyone who signs in through it gets fewer rights than intended.")
        )


def _factor_of_provider() -> DoctorResult:
    """Return when a sign-in by the provider meets a rule that wants a second factor."""
    always, names = provider()["is_second_factor"], provider()["second_factor_acr"]
    if always:
        text = _("counts as a second factor, whatever the provider asked for (OIDC_IS_SECOND_FACTOR=1)")
    elif always is not None:
        text = _("never counts as a second factor (OIDC_IS_SECOND_FACTOR=0)")
    elif names:
        text = _("counts as a second factor where its ID token says so: a method in amr, or %(names)s in acr")
        text %= {"names": ", ".join(names)}
    else:
        text = _("counts as a second factor where its ID token says so: a method in amr such as mfa, otp or hwk")
    return DoctorResult(_("Single sign-on"), text)


def _provider() -> DoctorResult:
    what, address = _("Single sign-on"), f"{provider()['issuer'].rstrip('/')}{_DISCOVERY}"
    remedy = _("Check OIDC_ISSUER and whether this machine can reach the provider.")
    cost = _("No one can sign in through it.")
    try:
        with get_adapter().get_requests_session() as session:
            response = session.get(address)
            response.raise_for_status()
            described = response.json()
        missing = [name for name in _NEEDED if not described.get(name)]
    except (OSError, ValueError, AttributeError) as error:  # no connection, no HTTP 200, no JSON, no object
        return DoctorResult(what, f"{address}: {error}", remedy, cost)
    if missing:
        return DoctorResult(what, _("The provider does not specify %s.") % ", ".join(missing), remedy, cost)
    if not is_issuer(str(described["issuer"])):
        text = _("The provider calls itself %s, which is not the address in OIDC_ISSUER.") % described["issuer"]
        return DoctorResult(what, text, _("Set OIDC_ISSUER to the address that the provider calls itself."), cost)
    return DoctorResult(what, _("%s responds") % provider()["name"])


examiners.append(examine_sign_in)

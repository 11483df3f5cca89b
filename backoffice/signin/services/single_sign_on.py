"""What a provider says of somebody, made true here: whose account it is, and which of the mapped groups they are in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from backoffice.accounts.services.staff_rights import can_lose_superuser, lock_superusers
from backoffice.accounts.services.visibility import keep_shops, visible_shops
from backoffice.signin.models import Refusal

# Methods (`amr`, RFC 8176) of which a password alone is none: several factors, codes, keys, cards, biometrics.
SECOND_FACTORS = frozenset("mfa mca otp sms tel hwk swk sc fpt face iris retina vbm".split())  # noqa: SIM905 - no icons
_FACTOR_KEY = "provider_second_factor"


@dataclass(frozen=True)
class Claims:
    """Of one sign-in at the provider."""

    email: str
    is_email_verified: bool
    groups: frozenset[str]

    @property
    def is_superuser(self) -> bool:
        return bool(settings.OIDC["superuser_group"]) and settings.OIDC["superuser_group"] in self.groups

    @property
    def has_role(self) -> bool:
        """Whether the provider names a group that means something here."""
        return self.is_superuser or bool(self.groups & settings.OIDC["groups"].keys())


def provider() -> dict[str, Any]:
    """Return what is set of the provider."""
    found: dict[str, Any] = settings.OIDC
    return found


def is_single_sign_on() -> bool:
    """Return whether a provider is set up."""
    return bool(settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"])


def is_issuer(address: str) -> bool:
    """Return whether a provider that calls itself so is the one that is set; some end their address with a slash."""
    return address.rstrip("/") == provider()["issuer"].rstrip("/")


def read_claims(data: Mapping[str, Any]) -> Claims:
    """Return what counts of what the provider sent: its user info, else its token; groups of either."""
    parts = (data.get("userinfo"), data.get("id_token"))
    sources = [part for part in parts if isinstance(part, dict)] or [dict(data)]
    found = sources[0]
    groups: set[str] = set()
    for source in sources:
        listed = source.get(settings.OIDC["groups_claim"])
        groups |= {listed} if isinstance(listed, str) else {one for one in listed or () if isinstance(one, str)}
    verified = found.get("email_verified") in (True, "true") or settings.OIDC["trusts_emails"]
    return Claims(str(found.get("email") or ""), bool(verified), frozenset(groups))


def note_second_factor(session: SessionBase, data: Mapping[str, Any] | None) -> None:
    """Keep for the session whether the provider's token says that it asked for a second factor; without `data`, of
    another way to sign in, it did not.
    """
    token = (data or {}).get("id_token")
    session[_FACTOR_KEY] = isinstance(token, dict) and _says_second_factor(token)


def has_second_factor(session: SessionBase) -> bool:
    """Return whether a session by the provider counts as one with a second factor."""
    always = settings.OIDC["is_second_factor"]
    return session.get(_FACTOR_KEY) is True if always is None else bool(always)


def _says_second_factor(token: Mapping[str, Any]) -> bool:
    methods = token.get("amr")
    listed = methods if isinstance(methods, list) else [methods]
    is_named = token.get("acr") in settings.OIDC["second_factor_acr"]
    return is_named or any(isinstance(one, str) and one in SECOND_FACTORS for one in listed)


def find_account(claims: Claims) -> User | None:
    """Return whose account it is by its e-mail address, of who has signed in by the provider never before.

    A superuser's is given to nobody by its address, unless the provider itself may name superusers.
    """
    if not claims.email or not claims.is_email_verified:
        return None
    found = list(User.objects.filter(email__iexact=claims.email)[:2])
    if len(found) != 1 or (found[0].is_superuser and not claims.is_superuser):
        return None
    return found[0]


def refuse_new(claims: Claims) -> str:
    """Return why nobody new comes in with these claims; empty where an account is made."""
    if not settings.OIDC["creates_users"]:
        return Refusal.NOT_LINKED
    if claims.email and User.objects.filter(email__iexact=claims.email).exists():
        return Refusal.NOT_LINKED
    return "" if claims.has_role else Refusal.NO_ROLE


@transaction.atomic
def apply_claims(user: User, claims: Claims) -> None:
    """Put the user into the mapped groups that the provider names, and out of those it does not; others stay.

    Who is a superuser changes only where OIDC_SUPERUSER_GROUP is set, and the last one never. Who leaves the last group
    that restricts them to shops sees no more shops than before.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    seen = visible_shops(user)
    mapped = settings.OIDC["groups"]
    named = {ours for theirs, ours in mapped.items() if theirs in claims.groups}
    groups = {group.name: group for group in Group.objects.filter(name__in=set(mapped.values()))}
    user.groups.add(*[group for name, group in groups.items() if name in named])
    user.groups.remove(*[group for name, group in groups.items() if name not in named])
    keep_shops(user, seen=seen)
    lock_superusers()
    changes = bool(settings.OIDC["superuser_group"]) and user.is_superuser != claims.is_superuser
    # The last one stays, whatever a provider says of groups: nobody would be left to correct it.
    if changes and (claims.is_superuser or can_lose_superuser(user)):
        user.is_superuser = claims.is_superuser
        user.save(update_fields=["is_superuser"])


def is_password_ended(user: Any) -> bool:
    """Return whether the user signs in by the provider alone: a password of theirs opens nothing."""
    ends = settings.OIDC["ends_passwords"] and is_single_sign_on()
    return bool(ends) and SocialAccount.objects.filter(user_id=user.pk).exists()

"""Keys of storefronts: made, changed, given a new secret, revoked. Whoever does so may do what the key may."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from backoffice.accounts.models import ApiKey, ApiKeyUse, Shop
from backoffice.accounts.models.shop import Scope
from backoffice.accounts.services.key_scopes import ensure_may_give
from backoffice.errors import ELIGIBLE, Conflict, Eligibility, IllegalTransition, InvalidInput
from backoffice.text.translatable import gettext as _

LONGEST_OVERLAP = timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class KeyValues:
    """What can be chosen of a key, and changed later. `networks` as `read_networks` returns them; none: anywhere."""

    name: str
    scopes: tuple[str, ...]
    expires_at: datetime | None = None
    networks: tuple[str, ...] = field(default=())


def make_key(shop: Shop, values: KeyValues, *, user: User | None, is_test: bool = False) -> tuple[ApiKey, str]:
    """Make a key. Return its row and the key itself, which is kept nowhere. Without a user it is made on the server,
    where nobody needs a right. Raises NotAllowed for a scope that the user may not give, and InvalidInput.
    """
    _ensure_usable(values)
    if user is not None:
        ensure_may_give(values.scopes, user=user)
    maker = user.get_username() if user else ""
    made = ApiKey(shop=shop, is_test=is_test, created_by=maker, **_columns(values))
    key = ApiKey.objects.assign_key(made)
    made.save()
    return made, key


def change_key(key: ApiKey, values: KeyValues, *, user: User) -> None:
    """Give the key these values. Scopes that it has may stay, also where the user could not give them; of what is
    added the user has to have the right. Raises IllegalTransition for a revoked one, NotAllowed, InvalidInput.
    """
    _ensure_usable(values, before=key.expiry_date)
    with transaction.atomic():
        kept = _locked(key)
        can_change(kept).ensure()
        ensure_may_give([scope for scope in values.scopes if scope not in kept.scopes], user=user)
        _save(kept, **_columns(values))


def rotate_key(key: ApiKey, *, overlap: timedelta, user: User | None) -> str:
    """Give the key a new secret, and return the new key, which is kept nowhere. The old one works so much longer, not
    at all where that is nothing.

    Who sees the new secret may do what the key may: raises NotAllowed unless the user may give all of its scopes. Also
    raises Conflict while an older secret still works beside it, and IllegalTransition for a key that has ended.
    """
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        refusal = _("The old secret can work for at most %(days)d more days.") % {"days": LONGEST_OVERLAP.days}
        raise InvalidInput(refusal, errors={"overlap": [refusal]})
    with transaction.atomic():
        kept = _locked(key)
        can_rotate(kept, at_once=not overlap).ensure()
        if user is not None:
            ensure_may_give(kept.scopes, user=user)
        secret = ApiKey.objects.key_generator.get_secret_key()
        made = f"{kept.prefix}.{secret}"
        previous = (kept.hashed_key, timezone.now() + overlap) if overlap else ("", None)
        _save(
            kept,
            hashed_key=ApiKey.objects.key_generator.hash(made),
            previous_hash=previous[0],
            previous_until=previous[1],
        )
        ApiKeyUse.objects.filter(key=kept).update(previous_used_at=None)
    return f"{kept.mark}{made}"


def end_previous_secret(key: ApiKey) -> None:
    """Let the old secret of a rotated key work no longer."""
    with transaction.atomic():
        _save(_locked(key), previous_hash="", previous_until=None)


def revoke_key(key: ApiKey) -> None:
    """End the key at once and for good, with all of its secrets. Nothing happens to one that is revoked already."""
    with transaction.atomic():
        _save(_locked(key), revoked=True, previous_hash="", previous_until=None)


def can_change(key: ApiKey) -> Eligibility:
    """Return whether anything of the key can be changed."""
    return Eligibility(IllegalTransition(_("This key is permanently revoked."))) if key.revoked else ELIGIBLE


def can_rotate(key: ApiKey, *, at_once: bool = False) -> Eligibility:
    """Return whether the key can get a new secret; `at_once` ends all others, so that none stands in the way."""
    if not (changed := can_change(key)):
        return changed
    if key.has_expired:
        return Eligibility(IllegalTransition(_("This key has expired. Set a later last day first.")))
    if key.has_previous and not at_once:
        return Eligibility(Conflict(_("The previous secret still works. End it first.")))
    return ELIGIBLE


def _ensure_usable(values: KeyValues, *, before: datetime | None = None) -> None:
    """Raise InvalidInput for a key that opens nothing, or has expired before it is used."""
    if not values.scopes or not set(values.scopes) <= set(Scope.values):
        refusal = _("Choose at least one permission for the key.")
        raise InvalidInput(refusal, errors={"scopes": [refusal]})
    if values.expires_at and values.expires_at != before and values.expires_at <= timezone.now():
        refusal = _("This day is in the past.")
        raise InvalidInput(refusal, errors={"last_day": [refusal]})


def _columns(values: KeyValues) -> dict[str, Any]:
    chosen = [scope for scope in Scope.values if scope in values.scopes]
    return {
        "name": values.name,
        "scopes": chosen,
        "expiry_date": values.expires_at,
        "networks": list(values.networks),
    }


def _locked(key: ApiKey) -> ApiKey:
    return ApiKey.objects.select_for_update(of=("self",)).select_related("shop").get(pk=key.pk)


def _save(key: ApiKey, **values: Any) -> None:
    for name, value in values.items():
        setattr(key, name, value)
    key.save(update_fields=list(values))

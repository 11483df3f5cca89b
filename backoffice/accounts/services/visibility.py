"""Which shops a person of the staff sees, and what that leaves of the rows of any model.

- Superusers see all shops.
- A restriction of the person is the whole answer, whatever their roles are restricted to.
- Otherwise restrictions of their roles add up, as rights do; a role without one adds nothing and takes nothing away.
- Whoever has no restriction at all sees all shops, those of tomorrow too.

So a role never opens a shop by having no restriction: a colleague who is kept to Paris stays there when "Read only" is
added. Apps say in their `visibility.py` how a model's rows reach their shop (`backoffice/visibility.py`).
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, TypeVar

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import Model, Q, QuerySet

from backoffice.accounts.models import Shop, ShopRestriction
from backoffice.errors import ELIGIBLE, Eligibility, NotAllowed
from backoffice.text.translatable import gettext as _
from backoffice.visibility import Shops, narrow, visible

M = TypeVar("M", bound=Model)
_CACHE = "_visible_shops"
# Who restricts a person that single sign-on has taken the last restricted role. No user name has a space.
BY_PROVIDER = "single sign-on"


def visible_shops(user: Any) -> Shops:
    """Return the keys of the shops that somebody sees, None for all. One query, remembered on the object of the user:
    for one request. Nobody who is not signed in sees any.
    """
    if not isinstance(user, User):
        return frozenset()
    if user.is_superuser:
        return None
    if not hasattr(user, _CACHE):
        setattr(user, _CACHE, _read(user))
    found: Shops = getattr(user, _CACHE)
    return found


def _read(user: User) -> Shops:
    mine = ShopRestriction.objects.filter(Q(user=user) | Q(group__user=user)).values_list("user_id", "shops")
    found = list(mine)
    if not found:
        return None
    own = [shop for owner, shop in found if owner is not None]
    return frozenset(shop for shop in (own or [shop for _owner, shop in found]) if shop is not None)


def restrict(queryset: QuerySet[M], user: Any) -> QuerySet[M]:
    """Leave the rows that somebody sees."""
    return narrow(queryset, visible_shops(user))


def sees_shop(user: User, shop: int | None) -> bool:
    """Return whether somebody sees the shop; what is of no shop is seen by all."""
    shops = visible_shops(user)
    return shop is None or shops is None or shop in shops


def sees_no_more(other: User, *, than: User) -> bool:
    """Return whether all shops of the other are shops of `than`, so that coming into the account opens none."""
    shops, theirs = visible_shops(than), visible_shops(other)
    return shops is None or (theirs is not None and theirs <= shops)


@transaction.atomic
def keep_within(user: User, *, actor: User) -> None:
    """Have an account that the actor has made or changed see no more shops than the actor, whatever its roles are."""
    forget_shops(user)
    if sees_no_more(user, than=actor):
        return
    shops, theirs = visible_shops(actor) or frozenset(), visible_shops(user)
    row, _made = ShopRestriction.objects.update_or_create(user=user, defaults={"set_by": actor.get_username()})
    row.shops.set(shops if theirs is None else theirs & shops)
    forget_shops(user)


@transaction.atomic
def keep_shops(user: User, *, seen: Shops) -> None:
    """Have an account whose roles a provider has changed go on seeing `seen` alone where its last restriction went.

    That ends as soon as a role restricts it again, or its page says which shops it sees.
    """
    own = ShopRestriction.objects.filter(user=user)
    if ShopRestriction.objects.filter(group__user=user).exists():
        own.filter(set_by=BY_PROVIDER).delete()
    elif seen is not None and not own.exists():
        ShopRestriction.objects.create(user=user, set_by=BY_PROVIDER).shops.set(seen)
    forget_shops(user)


def kept_since(user: User) -> datetime | None:
    """Return when single sign-on took the account its last restricted role; None where nothing is kept for that."""
    return ShopRestriction.objects.filter(user=user, set_by=BY_PROVIDER).values_list("set_at", flat=True).first()


def forget_shops(user: User) -> None:
    """Have them read anew, where roles or restrictions have changed since the object was loaded."""
    if hasattr(user, _CACHE):
        delattr(user, _CACHE)


def restriction_of(owner: User | Group) -> list[Shop] | None:
    """Return the shops to which the person or the role itself is restricted, those that the reader sees, by name; None
    without a restriction.
    """
    found = ShopRestriction.objects.filter(**_of(owner)).first()
    return list(visible(found.shops.order_by("name", "pk"))) if found else None


def offered_shops(actor: User) -> QuerySet[Shop]:
    """Return the shops that the actor sees, and so may show to others, by name."""
    return restrict(Shop.objects.order_by("name", "pk"), actor)


def can_set_shops(owner: User | Group, *, actor: User) -> Eligibility:
    """Return whether the actor may say at all which shops the person or the role sees."""
    if isinstance(owner, User) and owner.is_superuser:
        return Eligibility(NotAllowed(_("A superuser sees all shops.")))
    if owner == actor and not actor.is_superuser:
        return Eligibility(NotAllowed(_("Someone else must change which shops you see.")))
    shops = visible_shops(actor)
    if shops is None:
        return ELIGIBLE
    if isinstance(owner, Group):
        return Eligibility(
            NotAllowed(_("A role applies to everyone who has it: only a user who sees all shops can restrict it."))
        )
    theirs = _read(owner)
    if theirs is None or theirs - shops:
        return Eligibility(NotAllowed(_("This person sees shops that you do not see.")))
    return ELIGIBLE


@transaction.atomic
def set_shops(owner: User | Group, shops: Collection[Shop] | None, *, actor: User) -> None:
    """Restrict the person or the role to these shops; None lifts the restriction, an empty list hides all shops.

    Refused: superusers, oneself, and giving or taking shops that the actor does not see.
    """
    can_set_shops(owner, actor=actor).ensure()
    seen = visible_shops(actor)
    if seen is not None and (shops is None or {shop.pk for shop in shops} - seen):
        raise NotAllowed(_("You can give others access only to shops that you see yourself."))
    if shops is None:
        ShopRestriction.objects.filter(**_of(owner)).delete()
    else:
        row, _made = ShopRestriction.objects.update_or_create(**_of(owner), defaults={"set_by": actor.get_username()})
        row.shops.set(shops)
    if isinstance(owner, User):
        forget_shops(owner)


def _of(owner: User | Group) -> dict[str, Any]:
    return {"user": owner} if isinstance(owner, User) else {"group": owner}

"""Accounts of staff as their page changes them: names, roles, superuser, switched on or off.

Whoever changes an account has all of its rights and shops, before and after; the last superuser stays one.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.auth.models import Group, User
from django.db import transaction

from backoffice.accounts.services.staff_rights import (
    can_lose_superuser,
    grantable_groups,
    holds_no_more,
    lock_superusers,
)
from backoffice.accounts.services.visibility import keep_within
from backoffice.errors import ELIGIBLE, Eligibility, InvalidInput, NotAllowed, ineligible
from backoffice.signin.services.accounts import end_sessions
from backoffice.text.translatable import gettext as _


@dataclass(frozen=True)
class PersonValues:
    """What the page of somebody keeps; `is_superuser` is None where it is not asked."""

    username: str
    first_name: str
    last_name: str
    email: str
    groups: Collection[Group]
    is_superuser: bool | None = None


def can_manage(person: User, *, actor: User) -> Eligibility:
    """Return whether the actor may change the account at all."""
    if holds_no_more(person, than=actor):
        return ELIGIBLE
    return Eligibility(NotAllowed(_("This account has rights or shops that you do not have.")))


def can_deactivate(person: User, *, actor: User) -> Eligibility:
    """Return whether the actor may switch the account off."""
    if person.pk == actor.pk:
        return ineligible(_("You cannot deactivate your own account."))
    found = can_manage(person, actor=actor)
    return found if not found else can_lose_superuser(person)


@transaction.atomic
def change_person(person: User, values: PersonValues, *, actor: User) -> User:
    """Keep names, address and roles. Return the account, which sees no more shops than the actor.

    Refused: an account, roles or shops beyond the actor's own, an address or name that another account has, superusers
    made or unmade by anybody else than one, and the end of the last one.
    """
    person = _locked(person)
    can_manage(person, actor=actor).ensure()
    _ensure_free(person, values)
    _ensure_roles(person, values.groups, actor=actor)
    if values.is_superuser is not None and values.is_superuser != person.is_superuser:
        _ensure_superuser(person, actor=actor)
        person.is_superuser = values.is_superuser
    for name in ("username", "first_name", "last_name", "email"):
        setattr(person, name, getattr(values, name))
    person.save(update_fields=["username", "first_name", "last_name", "email", "is_superuser"])
    person.groups.set(values.groups)
    # Shops hang on roles too: without its only restricted role an account would see all of them.
    keep_within(person, actor=actor)
    return person


@transaction.atomic
def set_active(person: User, *, active: bool, actor: User) -> User:
    """Switch an account on or off; off ends what is open of it."""
    person = _locked(person)
    (can_manage if active else can_deactivate)(person, actor=actor).ensure()
    person.is_active = active
    # An account from before is no use without it: the staff pages are all that there is.
    person.is_staff = person.is_staff or active
    person.save(update_fields=["is_active", "is_staff"])
    if not active:
        end_sessions(person)
    return person


@transaction.atomic
def clear_direct_rights(person: User, *, actor: User) -> int:
    """Take away the rights that the account has beside its roles. Return how many there were."""
    person = _locked(person)
    can_manage(person, actor=actor).ensure()
    count = person.user_permissions.count()
    person.user_permissions.clear()
    return count


def _locked(person: User) -> User:
    lock_superusers()
    return User.objects.select_for_update().get(pk=person.pk)


def _ensure_free(person: User, values: PersonValues) -> None:
    others = User.objects.exclude(pk=person.pk)
    errors: dict[str, list[str]] = {}
    if values.email and values.email.lower() != person.email.lower() and others.filter(email__iexact=values.email):
        errors["email"] = [_("An account with this e-mail address already exists.")]
    if values.username != person.username and others.filter(username__iexact=values.username):
        errors["username"] = [_("An account with this user name already exists.")]
    if errors:
        raise InvalidInput(_("The account was not changed."), errors=errors)


def _ensure_roles(person: User, groups: Collection[Group], *, actor: User) -> None:
    before = set(person.groups.values_list("pk", flat=True))
    changed = before ^ {group.pk for group in groups}
    allowed = set(grantable_groups(actor).filter(pk__in=changed).values_list("pk", flat=True))
    if beyond := changed - allowed:
        names = Group.objects.filter(pk__in=beyond).order_by("name").values_list("name", flat=True)
        raise NotAllowed(_("These roles have rights that you do not have: %s") % ", ".join(names))


def _ensure_superuser(person: User, *, actor: User) -> None:
    if not actor.is_superuser:
        raise NotAllowed(_("Only superusers can grant or remove superuser status."))
    can_lose_superuser(person).ensure()

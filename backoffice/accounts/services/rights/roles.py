"""Roles: described in words, made of parts, copied and removed. Nobody gives or takes a right that they lack."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.db.models import Count, Q, QuerySet

from backoffice.accounts.services.rights.catalogue import (
    PARTS,
    AreaParts,
    by_area,
    left_over,
    permissions_of,
    whole_parts,
)
from backoffice.accounts.services.rights.holders import held_rights, role_rights
from backoffice.accounts.services.rights.part import RolePart
from backoffice.accounts.services.rights.shipped import find_shipped, role_title
from backoffice.errors import ELIGIBLE, Eligibility, InvalidInput, NotAllowed, ineligible
from backoffice.text.translatable import gettext as _


@dataclass(frozen=True)
class RoleWords:
    """A role in words: what it lets one do by area, and what of importance it does not.

    `rest` are rights that make no whole part, `people` how many have the role.
    """

    group: Group
    title: str
    about: str
    is_shipped: bool
    may: list[AreaParts]
    may_not: list[RolePart]
    rest: set[str]
    people: int

    @property
    def parts(self) -> list[RolePart]:
        return [part for area in self.may for part in area.parts]


def describe_roles(groups: "QuerySet[Group]") -> list[RoleWords]:
    """Return these roles in words; two queries, however many they are."""
    rows: list[Any] = list(groups.annotate(people=Count("user", filter=Q(user__is_active=True), distinct=True)))
    rights = role_rights(rows)
    return [_describe(row, rights[row.pk], people=row.people) for row in rows]


def can_change_role(group: Group, *, actor: User) -> Eligibility:
    """Return whether the actor may change or remove the role: it is their own making, and has no right they lack."""
    if find_shipped(group.name):
        return ineligible(_("This role comes with the product and cannot be changed. Copy it and change the copy."))
    if role_rights([group])[group.pk] - _rights_to_give(actor):
        return Eligibility(NotAllowed(_("This role has permissions that you lack.")))
    return ELIGIBLE


@transaction.atomic
def save_role(group: Group | None, *, name: str, parts: Collection[str], keeps_rest: bool = True, actor: User) -> Group:
    """Make a role of these parts, or change one; return it. `keeps_rest` keeps rights that make no whole part.

    Refused: a name that another role has, parts that the actor lacks, a role of the product or with rights they lack.
    """
    rest: set[str] = set()
    if group is not None:
        group = Group.objects.select_for_update().get(pk=group.pk)
        can_change_role(group, actor=actor).ensure()
        rest = left_over(role_rights([group])[group.pk]) if keeps_rest else set()
    _ensure_name(name, group)
    requested = permissions_of(parts)
    if beyond := [PARTS[one] for one in parts if not PARTS[one].permissions <= _rights_to_give(actor)]:
        listed = ", ".join(str(part.sentence) for part in beyond)
        raise NotAllowed(_("You cannot give permissions that you do not have yourself: %(parts)s") % {"parts": listed})
    group = group or Group()
    group.name = name
    group.save()
    group.permissions.set(_find_permissions(requested | rest))
    return group


@transaction.atomic
def remove_role(group: Group, *, actor: User) -> None:
    """Remove a role. Refused while somebody has it, for roles of the product, and where it has rights they lack."""
    group = Group.objects.select_for_update().get(pk=group.pk)
    can_change_role(group, actor=actor).ensure()
    if group.user_set.exists():
        raise NotAllowed(_("Staff still have this role. Give them another role first."))
    group.delete()


def free_role_name(name: str) -> str:
    """Return a name for a copy that no role has yet."""
    taken = set(Group.objects.values_list("name", flat=True))
    stem, number = _("Copy of %(role)s") % {"role": name}, 1
    while (free := stem[:140] if number == 1 else f"{stem[:140]} {number}") in taken:
        number += 1
    return str(free)


def givable_parts(actor: User) -> set[str]:
    """Return the names of the parts that the actor has in whole, and so may give."""
    rights = _rights_to_give(actor)
    return {part.name for part in PARTS.values() if part.permissions <= rights}


def _rights_to_give(actor: User) -> set[str]:
    if not actor.is_superuser:
        return held_rights(actor)
    rows = Permission.objects.values_list("content_type__app_label", "codename")
    return {f"{label}.{codename}" for label, codename in rows}


def _describe(group: Group, rights: set[str], *, people: int) -> RoleWords:
    shipped = find_shipped(group.name)
    whole = whole_parts(rights)
    lacks = [part for part in PARTS.values() if part.is_telling and not part.permissions & rights]
    return RoleWords(
        group=group,
        title=role_title(group.name),
        about=str(shipped.about) if shipped else "",
        is_shipped=shipped is not None,
        may=by_area(whole),
        may_not=lacks,
        rest=left_over(rights),
        people=people,
    )


def _ensure_name(name: str, group: Group | None) -> None:
    others = Group.objects.exclude(pk=group.pk) if group else Group.objects.all()
    if find_shipped(name) or others.filter(name__iexact=name).exists():
        text = _("Another role already has this name.")
        raise InvalidInput(text, errors={"name": [text]})


def _find_permissions(rights: Collection[str]) -> list[Permission]:
    rows = Permission.objects.select_related("content_type")
    known = {f"{row.content_type.app_label}.{row.codename}": row for row in rows}
    return [known[right] for right in rights]

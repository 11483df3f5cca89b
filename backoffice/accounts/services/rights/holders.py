"""Which rights a role or a person holds, and from where: read from the rows, as for an account that is switched off."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q

from backoffice.accounts.services.rights.catalogue import PARTS
from backoffice.accounts.services.rights.part import Area, RolePart
from backoffice.accounts.services.rights.shipped import role_title
from backoffice.accounts.services.staff_rights import held_permissions

# People among whom somebody with a right is looked for.
MOST_PEOPLE = 500


@dataclass(frozen=True)
class HeldPart:
    """A part that somebody has, with the titles of the roles that it comes from.

    `is_direct`: single permissions of the person bring it, or some of it. `is_whole`: nothing of it is missing.
    """

    part: RolePart
    roles: list[str]
    is_direct: bool
    is_whole: bool


@dataclass(frozen=True)
class HeldArea:
    """What somebody may of one area."""

    area: Area
    held: list[HeldPart] = field(default_factory=list)


@dataclass(frozen=True)
class RightHolder:
    """Somebody who may do something, and from which roles."""

    person: User
    roles: list[str]
    is_direct: bool


def role_rights(groups: Collection[Group]) -> dict[int, set[str]]:
    """Return the rights of each role ("orders.view_order") by its key; one query."""
    found: dict[int, set[str]] = {group.pk: set() for group in groups}
    rows = Group.permissions.through._default_manager.filter(group__in=list(found))
    names = ("group_id", "permission__content_type__app_label", "permission__codename")
    for key, label, codename in rows.values_list(*names):
        found[key].add(f"{label}.{codename}")
    return found


def held_rights(user: User) -> set[str]:
    """Return all rights that the user's roles and own list grant; for a superuser every one of the catalogue."""
    if user.is_superuser:
        return {right for part in PARTS.values() for right in part.permissions}
    rows = held_permissions(user).values_list("content_type__app_label", "codename")
    return {f"{label}.{codename}" for label, codename in rows}


def explain(user: User) -> list[HeldArea]:
    """Return what the user may do, by area, with the role from which each comes; three queries."""
    groups = list(user.groups.order_by("name"))
    of_roles = role_rights(groups)
    direct = _direct_rights([user])[user.pk]
    areas: dict[Area, HeldArea] = {}
    for part in PARTS.values():
        held = _held(part, groups, of_roles, direct=direct, has_all=user.is_superuser)
        if held is not None:
            areas.setdefault(part.area, HeldArea(part.area)).held.append(held)
    return [areas[area] for area in Area if area in areas]


def lacking(user: User) -> list[RolePart]:
    """Return the parts of which the user has nothing, in the order of the catalogue."""
    rights = held_rights(user)
    return [part for part in PARTS.values() if not part.permissions & rights]


def find_holders(part: RolePart) -> list[RightHolder]:
    """Return who may do all of it, of the people who can come in, by name; four queries, however many they are."""
    people = list(
        User.objects.filter(is_active=True, is_staff=True)
        .order_by("first_name", "last_name", "username")
        .prefetch_related("groups")[:MOST_PEOPLE]
    )
    of_roles = role_rights({group for person in people for group in person.groups.all()})
    of_people = _direct_rights(people)
    found = []
    for person in people:
        groups = sorted(person.groups.all(), key=lambda group: group.name)
        held = _held(part, groups, of_roles, direct=of_people[person.pk], has_all=person.is_superuser)
        if held is not None and held.is_whole:
            found.append(RightHolder(person, held.roles, held.is_direct))
    return found


def roles_with(part: RolePart) -> list[Group]:
    """Return the roles that bring all of it, by name."""
    groups = list(Group.objects.order_by("name"))
    rights = role_rights(groups)
    return [group for group in groups if part.permissions <= rights[group.pk]]


def describe_rights(rights: Iterable[str]) -> list[str]:
    """Return single permissions in words, as Django names them, for what makes no whole part."""
    condition = Q(pk=None)
    for right in rights:
        label, _dot, codename = right.partition(".")
        condition |= Q(content_type__app_label=label, codename=codename)
    return list(Permission.objects.filter(condition).order_by("name").values_list("name", flat=True))


def _direct_rights(people: Collection[User]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    rows = User.user_permissions.through._default_manager.filter(user__in=[person.pk for person in people])
    names = ("user_id", "permission__content_type__app_label", "permission__codename")
    for key, label, codename in rows.values_list(*names):
        found[key].add(f"{label}.{codename}")
    return found


def _held(
    part: RolePart, groups: Collection[Group], of_roles: dict[int, set[str]], *, direct: set[str], has_all: bool
) -> HeldPart | None:
    bringing = [group for group in groups if part.permissions & of_roles[group.pk]]
    own = part.permissions & direct
    rights = own.union(*(of_roles[group.pk] & part.permissions for group in bringing))
    if not (rights or has_all):
        return None
    is_whole = has_all or rights == part.permissions
    return HeldPart(part, [role_title(group.name) for group in bringing], bool(own), is_whole)

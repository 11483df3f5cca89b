"""For migrations: a right that was part of another until now is given to whoever had that one, so that nobody loses,
and one that nothing asks for is taken from everybody.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q


def grant_to_holders(apps: Any, right: str, *, model: str, name: str, held: Iterable[str]) -> None:
    """Give the right ("accounts.see_payments") to every role and person with one of the rights in `held`.

    Django makes rows of rights after all migrations only, so this one's is made here where somebody gets it.
    """
    label, _dot, codename = right.partition(".")
    Permission = apps.get_model("auth", "Permission")
    known = list(Permission.objects.filter(_named(held)).values_list("pk", flat=True))
    roles = apps.get_model("auth", "Group").objects.filter(permissions__in=known).distinct()
    people = apps.get_model("auth", "User").objects.filter(user_permissions__in=known).distinct()
    if not (roles.exists() or people.exists()):
        return
    kind, _made = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label=label, model=model)
    row, _made = Permission.objects.get_or_create(content_type=kind, codename=codename, defaults={"name": name})
    row.group_set.add(*roles)
    row.user_set.add(*people)


def take_from_all(apps: Any, rights: Iterable[str]) -> None:
    """Take the rights from every role and person that has them."""
    for row in apps.get_model("auth", "Permission").objects.filter(_named(rights)):
        row.group_set.clear()
        row.user_set.clear()


def _named(rights: Iterable[str]) -> Q:
    condition = Q(pk__in=[])
    for right in rights:
        label, _dot, codename = right.partition(".")
        condition |= Q(content_type__app_label=label, codename=codename)
    return condition

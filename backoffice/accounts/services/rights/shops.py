"""The shops that many people see, for a list of them: `visible_shops` asks once for each."""

from collections import defaultdict
from collections.abc import Collection

from django.contrib.auth.models import User
from django.db.models import Q

from backoffice.accounts.models import ShopRestriction
from backoffice.visibility import Shops


def shops_of_people(people: Collection[User]) -> dict[int, Shops]:
    """Return the keys of the shops that each of them sees by the key of the person, None for all; two queries."""
    keys = [person.pk for person in people]
    own: dict[int, set[int]] = {}
    rows = ShopRestriction.objects.filter(Q(user__in=keys)).values_list("user_id", "shops")
    for key, shop in rows:
        own.setdefault(key, set()).update({shop} - {None})
    of_roles: dict[int, set[int]] = {}
    for key, shop in ShopRestriction.objects.filter(group__user__in=keys).values_list("group__user", "shops"):
        if key in keys:
            of_roles.setdefault(key, set()).update({shop} - {None})
    found: dict[int, Shops] = defaultdict(lambda: None)
    for person in people:
        seen = own.get(person.pk, of_roles.get(person.pk))
        found[person.pk] = None if person.is_superuser or seen is None else frozenset(seen)
    return found

"""Who needs a variant right now: open orders, for the pages that tell what changed. Apps above register themselves."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

Key = tuple[str, str]


@dataclass(frozen=True)
class VariantUser:
    """A row that needs the variant: the label of its model in lower case, its id, and its name for people."""

    label: str
    pk: int
    name: str


# Return the users by (vendor, SKU), a handful each, in a bounded number of queries.
Finder = Callable[[Collection[Key]], Mapping[Key, list[VariantUser]]]

_FINDERS: list[Finder] = []
register_variant_users = _FINDERS.append


def users_of_variants(keys: Collection[Key]) -> dict[Key, list[VariantUser]]:
    """Return all who need these variants, by (vendor, SKU)."""
    found: dict[Key, list[VariantUser]] = {}
    for finder in _FINDERS:
        for key, users in finder(keys).items():
            found.setdefault(key, []).extend(users)
    return found

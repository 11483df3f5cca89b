"""Files that nobody names any more: what a process left that was killed between keeping a file and recording it, and
what could not be deleted while the store was away.
"""

from collections.abc import Collection, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any, Protocol, TypeGuard

from django.apps import apps
from django.core.files.storage import default_storage
from django.utils import timezone

from backoffice.engine.services.files import store
from backoffice.files.stores.base import StoredEntry

# Names that are looked up together: each table is read once for so many.
AT_ONCE = 10_000
# A file is kept before its row is written, and an upload that is repeated names what the first one left.
LEAST_DAYS = 1


class NamesFiles(Protocol):
    """A model whose rows name files."""

    @classmethod
    def known_paths(cls, paths: Collection[str]) -> set[str]: ...


def find_orphans(*, days: int) -> Iterator[StoredEntry]:
    """Yield files that lie there for so many days and that no row names."""
    before = timezone.now() - timedelta(days=max(days, LEAST_DAYS))
    entries = (entry for entry in store().walk() if entry.modified < before)
    while chunk := list(islice(entries, AT_ONCE)):
        named = _named([entry.name for entry in chunk])
        yield from (entry for entry in chunk if entry.name not in named)


def delete_orphan(entry: StoredEntry) -> bool:
    """Delete it, unless a row names it by now; return whether it was deleted. Raises StoreAway."""
    if _named([entry.name]):
        return False
    default_storage.delete(entry.name)
    return True


def _named(paths: Collection[str]) -> set[str]:
    return {path for model in apps.get_models() if _names_files(model) for path in model.known_paths(paths)}


def _names_files(model: Any) -> TypeGuard[type[NamesFiles]]:
    return hasattr(model, "known_paths")

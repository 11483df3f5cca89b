"""Files taken from one store to another, each compared by its digest; what is there already is left alone, so that
whoever was interrupted begins again and goes on.
"""

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import islice
from typing import Any, BinaryIO, cast

from django.apps import apps
from django.core.files.storage import storages

from backoffice.engine.models.stored_file import StoredFile
from backoffice.files.checked import PIECE, CheckedFile, DamagedFile
from backoffice.files.stores.base import StoredEntry

# Digests that are looked up together, and files that are on their way at once.
AT_ONCE = 500
WORKERS = 8


class MoveOutcome(StrEnum):
    COPIED = "copied"
    THERE = "there already"
    WANTED = "to be copied"
    DAMAGED = "damaged where they lie, and not copied"
    DIFFERENT = "arrived as something else"
    GONE = "deleted meanwhile"


@dataclass(frozen=True)
class Moved:
    """What became of one file."""

    name: str
    size: int
    outcome: MoveOutcome


def move_files(*, source: str, target: str, dry_run: bool = False, delete: bool = False) -> Iterator[Moved]:
    """Copy every file from one of STORAGES to the other, and read it back; yield what became of each.

    `delete`: one that lies in the target, as compared, is deleted at its source. Raises StoreAway.
    """
    old, new = storages[source], storages[target]
    move = partial(_move, old=old, new=new, dry_run=dry_run, delete=delete)
    entries = cast(Any, old).walk()
    with ThreadPoolExecutor(WORKERS) as workers:
        while chunk := list(islice(entries, AT_ONCE)):
            known = _known_digests([entry.name for entry in chunk])
            yield from workers.map(lambda entry: move(entry, sha256=known.get(entry.name, "")), chunk)  # noqa: B023 - read here


def _move(entry: StoredEntry, *, sha256: str, old: Any, new: Any, dry_run: bool, delete: bool) -> Moved:
    result: Callable[[MoveOutcome], Moved] = partial(Moved, entry.name, entry.size)
    try:
        sha256 = sha256 or _digest(old, entry.name)
        outcome = MoveOutcome.THERE
        if not new.holds(entry.name, size=entry.size, sha256=sha256):
            if dry_run:
                return result(MoveOutcome.WANTED)
            new.save(entry.name, _Copied(old, entry.name, sha256=sha256))
            if _digest(new, entry.name) != sha256:
                return result(MoveOutcome.DIFFERENT)
            outcome = MoveOutcome.COPIED
        if delete and not dry_run:
            old.delete(entry.name)
    except DamagedFile:
        return result(MoveOutcome.DAMAGED)
    except FileNotFoundError:
        return result(MoveOutcome.GONE)
    return result(outcome)


class _Copied:
    """A file on its way from one store to the other; it breaks off with DamagedFile where it is not what was kept."""

    def __init__(self, store: Any, name: str, *, sha256: str) -> None:
        self._store, self._name, self._sha256 = store, name, sha256

    def chunks(self) -> Iterator[bytes]:
        with CheckedFile(_open(self._store, self._name), name=self._name, sha256=self._sha256) as file:
            yield from iter(partial(file.read, PIECE), b"")


def _digest(store: Any, name: str) -> str:
    digest = hashlib.sha256()
    with _open(store, name) as file:
        for piece in iter(partial(file.read, PIECE), b""):
            digest.update(piece)
    return digest.hexdigest()


def _open(store: Any, name: str) -> BinaryIO:
    return cast(BinaryIO, store.open(name).file)


def _known_digests(names: list[str]) -> dict[str, str]:
    """Return what rows say of these files; two shops' rows may name the same content, never the same path."""
    models = [model for model in apps.get_models() if issubclass(model, StoredFile)]
    rows = (
        model._default_manager.filter(path__in=names, stored_at__isnull=False).values_list("path", "sha256")
        for model in models
    )
    return {path: sha256 for found in rows for path, sha256 in found if sha256}

"""What pushes and callbacks are about, as staff know it: a vendor order is opened and quoted as its order.

Apps register in `<app>/subjects.py`. What nobody registered stands for itself.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Model

SubjectKey = tuple[str, int]


@dataclass(frozen=True)
class SubjectKind:
    """How rows of one model are shown and found.

    `shown` answers, by the rows' ids, the things that staff open (missing ones left out), in a bounded number of
    queries; `found` the ids of the rows that somebody means who quotes `text`, a handful at most, by index.
    """

    shown: Callable[[Collection[int]], Mapping[int, Model]]
    found: Callable[[str], Iterable[int]]


SUBJECT_KINDS: dict[str, SubjectKind] = {}


def register_subject(
    label: str,
    *,
    shown: Callable[[Collection[int]], Mapping[int, Model]],
    found: Callable[[str], Iterable[int]] = lambda text: (),
) -> None:
    """Say how staff know the rows of a model; `label` is its label in lower case ("orders.vendororder")."""
    SUBJECT_KINDS[label] = SubjectKind(shown, found)


def load_subjects(keys: Iterable[SubjectKey]) -> dict[SubjectKey, Model]:
    """The things these keys (label, id) are about, one lookup per label; those that are gone are left out."""
    wanted: dict[str, set[int]] = {}
    for label, pk in keys:
        wanted.setdefault(label, set()).add(pk)
    return {(label, pk): thing for label, pks in wanted.items() for pk, thing in _load(label, pks).items()}


def find_subjects(text: str) -> list[SubjectKey]:
    """What somebody may mean who quotes `text`: an order's number, a vendor's id."""
    return [(label, pk) for label, kind in SUBJECT_KINDS.items() for pk in kind.found(text)]


def _load(label: str, pks: set[int]) -> Mapping[int, Model]:
    if label in SUBJECT_KINDS:
        return SUBJECT_KINDS[label].shown(pks)
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        return {}  # of an app that has gone since
    return model._default_manager.in_bulk(pks)

"""What pushes and callbacks are about, as staff know it: a vendor order is opened and quoted as its order.

Apps register in `<app>/subjects.py`. What nobody registered stands for itself.
"""

from collections.abc import Callable, Collection, Iterable, Mapping

from django.apps import apps
from django.db.models import Model

SubjectKey = tuple[str, int]


Shown = Callable[[Collection[int]], Mapping[int, Model]]
Found = Callable[[str], Iterable[int]]

SUBJECT_KINDS: dict[str, tuple[Shown, Found]] = {}


def register_subject(label: str, *, shown: Shown, found: Found = lambda text: ()) -> None:
    """Register how rows of a model are shown and found; `label` is its label in lower case ("orders.vendororder").

    `shown` returns, by the rows' ids, the things that staff open (missing ones left out), in a bounded number of
    queries; `found` the ids of the rows that somebody means who quotes `text`, a handful at most, by index.
    """
    SUBJECT_KINDS[label] = (shown, found)


def load_subjects(keys: Iterable[SubjectKey]) -> dict[SubjectKey, Model]:
    """Return the things these keys (label, id) are about, one lookup per label; those that are gone are left out."""
    by_label: dict[str, set[int]] = {}
    for label, pk in keys:
        by_label.setdefault(label, set()).add(pk)
    return {(label, pk): thing for label, pks in by_label.items() for pk, thing in _load(label, pks).items()}


def find_subjects(text: str) -> list[SubjectKey]:
    """Return what somebody may mean who quotes `text`: an order's number, a vendor's id."""
    return [(label, pk) for label, (_shown, found) in SUBJECT_KINDS.items() for pk in found(text)]


def _load(label: str, pks: set[int]) -> Mapping[int, Model]:
    if label in SUBJECT_KINDS:
        shown, _found = SUBJECT_KINDS[label]
        return shown(pks)
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        return {}  # of an app that has gone since
    return model._default_manager.in_bulk(pks)

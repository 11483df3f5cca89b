"""What pushes and callbacks are about, on staff pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.urls import NoReverseMatch, reverse

from backoffice.engine.services.subjects import SubjectKey, find_subjects, load_subjects
from backoffice.staff.keyset import read_key


@dataclass(frozen=True)
class SubjectLink:
    """The thing in words ("order R-1001") and the address of its page, empty when it has none."""

    kind: str
    name: str
    url: str


def subject_links(rows: Iterable[Any]) -> dict[SubjectKey, SubjectLink]:
    """Return links by (label, id), for all rows at once: one lookup per kind of thing. What is gone is left out."""
    keys = {(row.subject_type, row.subject_id) for row in rows if row.subject_id}
    return {key: _link(thing) for key, thing in load_subjects(keys).items()}


def of_subjects(rows: QuerySet[Any], text: str) -> QuerySet[Any] | None:
    """Return the rows about what somebody may mean who quotes `text`, else the one of that number ("#17"); None when
    nothing is known by that, and it is no number.
    """
    if keys := find_subjects(text):
        return about(rows, keys)
    own = read_key(text.removeprefix("#"))
    return None if own is None else rows.filter(pk=own)


def _link(thing: Model) -> SubjectLink:
    meta = thing._meta
    try:
        url = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[thing.pk])
    except NoReverseMatch:
        url = ""
    return SubjectLink(kind=str(meta.verbose_name), name=str(thing), url=url)


def keys_of(row: Any) -> set[SubjectKey]:
    """Return all keys of the same matter: what the row is about, and the thing that staff know it by."""
    own = (row.subject_type, row.subject_id)
    thing = load_subjects([own]).get(own)
    return {own} | ({(thing._meta.label_lower, thing.pk)} if thing else set())


def about(rows: QuerySet[Any], keys: Iterable[SubjectKey]) -> QuerySet[Any]:
    """Return the rows filed under any of the keys."""
    any_of = Q(pk__in=[])
    for label, pk in keys:
        any_of |= Q(subject_type=label, subject_id=pk)
    return rows.filter(any_of)

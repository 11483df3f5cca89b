"""Which rows a reader sees: those of their shops, and what all shops share.

Each model has one entry here, made by its app (`<app>/visibility.py`, loaded when Django starts): the path from a row
to its shop, or the reason why it is no shop's. Who reads is known for as long as a request or a job of theirs lasts
(`seeing`); doors narrow what they show by `visible`. Services that decide for a shop or a vendor see all rows.

No model is known here. Whose shops are which is `accounts/services/visibility.py`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import blake2b
from typing import Any, TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

# Keys of shops; None means all, and whatever shops there will be.
Shops = frozenset[int] | None
# What a reader of these shops sees of a model's rows.
Condition = Callable[[frozenset[int]], Q]
M = TypeVar("M", bound=Model)

_CONDITIONS: dict[type[Model], Condition] = {}
# Why rows of the model are everybody's.
SHARED: dict[type[Model], str] = {}
# What pushes, callbacks and mails may be about (`subject_type`, `subject_id`); what is no shop's need not be named.
_SUBJECTS: list[type[Model]] = []
_reader: ContextVar[Callable[[], Shops] | None] = ContextVar("reader", default=None)


def register(model: type[Model], path: str) -> None:
    """Say by which fields a shop is reached from a row ("order__shop"). A row that has none is hidden."""
    register_condition(model, lambda shops: Q(**{f"{path}__in": shops}))


def register_condition(model: type[Model], condition: Condition) -> None:
    """Say what a reader of some shops sees, where it is more than a path."""
    _CONDITIONS[model] = condition


def register_through(model: type[Model], path: str, *, of: type[Model]) -> None:
    """Say that a row is seen by who sees the row of another model that it belongs to."""
    register_condition(model, lambda shops: Q(**{f"{path}__in": narrow(of._default_manager.all(), shops).values("pk")}))


def register_shop_or_all(model: type[Model], path: str) -> None:
    """Say by which fields a shop is reached, and that a row that has none is of all shops."""
    register_condition(model, lambda shops: Q(**{f"{path}__in": shops}) | Q(**{f"{path}__isnull": True}))


def register_shared(*models: type[Model], reason: str) -> None:
    """Say that rows of these models are no shop's, and why; whoever has the right to see them sees all of them."""
    SHARED.update(dict.fromkeys(models, reason))


def register_subjects(*models: type[Model]) -> None:
    """Say that pushes, callbacks or mails are about rows of these models: they are seen by who sees those."""
    _SUBJECTS.extend(models)


def about_visible(shops: frozenset[int]) -> Q:
    """Return the condition of rows that are about something that a reader of these shops sees."""
    seen = Q(subject_type__in=[model._meta.label_lower for model in SHARED])
    for model in _SUBJECTS:
        things = narrow(model._default_manager.filter(pk=OuterRef("subject_id")), shops)
        seen |= Q(Exists(things), subject_type=model._meta.label_lower)
    return seen


def about_shop(shop: int) -> Q:
    """Return the condition of rows that are about something of this shop, and of no other."""
    found = Q(pk__in=[])
    for model in _SUBJECTS:
        if model not in SHARED:
            things = narrow(model._default_manager.filter(pk=OuterRef("subject_id")), frozenset({shop}))
            # What has no shop is seen by the readers of none.
            own = things.exclude(_CONDITIONS[model](frozenset()))
            found |= Q(Exists(own), subject_type=model._meta.label_lower)
    return found


def is_registered(model: type[Model]) -> bool:
    """Return whether the model has its entry."""
    return model in _CONDITIONS or model in SHARED


def narrow(queryset: QuerySet[M], shops: Shops) -> QuerySet[M]:
    """Leave the rows of these shops and what all share. Raise LookupError for a model without an entry."""
    model = queryset.model._meta.concrete_model or queryset.model
    if shops is None or model in SHARED:
        return queryset
    if model not in _CONDITIONS:
        raise LookupError(f"{model._meta.label} has no entry in its app's visibility.py.")
    return queryset.filter(_CONDITIONS[model](shops))


@contextmanager
def seeing(shops: Callable[[], Shops]) -> Iterator[None]:
    """Let what is read in here be read with these shops; they are asked for once somebody needs them."""
    before = _reader.set(shops)
    try:
        yield
    finally:
        _reader.reset(before)


def seen_shops() -> Shops:
    """Return the shops of who reads; all where nobody does: in commands, background work, and doors of shops."""
    shops = _reader.get()
    return shops() if shops else None


def reader_key() -> str:
    """Return what tells readers of different shops apart, for what is kept in a cache: "all", or the shops."""
    shops = seen_shops()
    return "all" if shops is None else f"shops-{blake2b(repr(sorted(shops)).encode(), digest_size=8).hexdigest()}"


def visible(queryset: QuerySet[M]) -> QuerySet[M]:
    """Leave what the reader sees."""
    return narrow(queryset, seen_shops())


def is_visible(row: Any) -> bool:
    """Return whether the reader sees this row."""
    return seen_shops() is None or visible(type(row)._default_manager.filter(pk=row.pk)).exists()

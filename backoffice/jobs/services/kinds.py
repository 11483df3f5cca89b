"""The kinds of jobs: a registry. Each app registers its own in modules that its `job_kinds.py` names.

`check` says of many rows beforehand what would happen and why not; `apply` does one, in a transaction that holds its
result too, and raises DomainError where it cannot be done. Whatever is checked before is checked again there.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from django.db.models import Model
from django.utils.functional import Promise

from backoffice.engine.services.files import Kept
from backoffice.errors import Errors
from backoffice.jobs.models import Job, JobRow
from backoffice.jobs.services.inputs import JobInput


@dataclass(frozen=True)
class RowPreview:
    """What would happen to a row: nothing where there is a `refusal`. `params` are what is proposed for it alone."""

    refusal: str = ""
    errors: Errors = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RowResult:
    """What came of a row. With `skipped` nothing was to be done, and that is why."""

    skipped: str = ""
    text: str = ""
    undo: dict[str, Any] | None = None
    result: Any = None


DONE = RowResult()
READY = RowPreview()


class JobKind:
    """One thing that can be done with many rows of `model`; register it with `@job_kind`."""

    kind: ClassVar[str]
    model: ClassVar[type[Model]]
    permission: ClassVar[str]
    # What somebody must be allowed to see besides, where its rows or its file consist of it (`backoffice.sight`).
    sights: ClassVar[Sequence[str]] = ()
    icon: ClassVar[str]
    # The button in a list; then lazily by "count": what is asked for, and what was done.
    label: ClassVar[Promise | str]
    title: ClassVar[Any]
    done: ClassVar[Any]
    # What follows, shown above the button that starts it.
    consequences: ClassVar[Sequence[Promise]] = ()
    inputs: ClassVar[Sequence[JobInput]] = ()
    # "primary", or "danger" for what cannot be taken back.
    style: ClassVar[str] = "primary"
    # Stands beside the first buttons of the list instead of among the others.
    is_common: ClassVar[bool] = False
    # Changes nothing, so it begins without a preview.
    only_reads: ClassVar[bool] = False
    can_undo: ClassVar[bool] = False
    # Keeps a part of its file for each row (`JobRow.part_path`), and names it in the row's result.
    makes_parts: ClassVar[bool] = False
    # Rows that are checked between two looks at the lease.
    checked_at_once: ClassVar[int] = 200
    # Rows that are read in one transaction.
    read_at_once: ClassVar[int] = 200
    most_rows: ClassVar[int] = 50_000
    # In which order they are done.
    sequence: ClassVar[str] = "-pk"
    # (columns of the model that name a row, columns that say more); the first that is filled counts.
    names: ClassVar[tuple[Sequence[str], Sequence[str]]] = (("pk",), ())

    def may_be_used(self, has_right: Callable[[str], bool]) -> bool:
        """Return whether somebody with these rights may have it done, and open what came of it."""
        return all(map(has_right, (self.permission, *self.sights)))

    def check(self, keys: Sequence[int]) -> Mapping[int, RowPreview]:
        """Return by key what would happen; what is left out is gone. In a number of queries that does not grow."""
        found = self.model._default_manager.filter(pk__in=keys).values_list("pk", flat=True)
        return dict.fromkeys(found, READY)

    def apply(self, job: Job, row: JobRow) -> RowResult:
        """Do it to one row. Raise DomainError."""
        raise NotImplementedError

    def read(self, job: Job, rows: Sequence[JobRow]) -> Mapping[int, Any]:
        """Return by the rows' keys what the file is made of, where the kind only reads."""
        raise NotImplementedError

    def undo(self, job: Job, row: JobRow) -> RowResult:
        """Bring back what was before `row.undo`. Raise DomainError."""
        raise NotImplementedError

    def make_file(self, job: Job) -> Kept | None:
        """Keep the job's file, once all rows are done; return what is kept. Rows without a result have been erased."""
        return None

    def describe(self, rows: Iterable[Model]) -> list[JobRow]:
        """Return unsaved rows for these things."""
        return [JobRow(subject_id=row.pk, label=self._name(row, 0), detail=self._name(row, 1)) for row in rows]

    def name_field(self, path: str) -> str:
        """Return what people call the field of a row that an error is about."""
        return path

    def _name(self, row: Model, which: int) -> str:
        texts = (str(getattr(row, name) or "") for name in self.names[which])
        return next((text for text in texts if text), "")[:200]


JOB_KINDS: dict[str, JobKind] = {}

K = TypeVar("K", bound=JobKind)


def job_kind(kind: str) -> Callable[[type[K]], type[K]]:
    """Register the class as what that kind of job means, after those that are there already."""

    def register(of: type[K]) -> type[K]:
        of.kind = kind
        JOB_KINDS[kind] = of()
        return of

    return register


def kinds_of(model: type[Model]) -> list[JobKind]:
    """Return what can be done with many rows of the model."""
    return [kind for kind in JOB_KINDS.values() if kind.model is model]


def kind_of(job: Job) -> JobKind | None:
    """Return what the job means, None where nobody has registered it (any more)."""
    return JOB_KINDS.get(job.kind)

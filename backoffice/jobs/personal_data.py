"""What jobs hold of people."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop
from backoffice.jobs.models import Job, JobRow, RowState
from backoffice.jobs.models.job import MOVING
from backoffice.jobs.services.clearing import delete_jobs
from backoffice.jobs.services.kinds import JOB_KINDS
from backoffice.privacy.periods import RetentionSource, add_source
from backoffice.privacy.person import DataSubject
from backoffice.privacy.registry import FREE, SCRUB, Holder, register


def _find_rows(person: DataSubject) -> QuerySet[Any]:
    """Return the rows about things of theirs: what a row is about is known by the kind of its job."""
    found = Q(pk__in=[])
    for name, kind in JOB_KINDS.items():
        if keys := {key for key in person.of(kind.model) if isinstance(key, int)}:
            found |= Q(job__kind=name, subject_id__in=keys)
    return JobRow.objects.filter(found)


def _find_jobs(person: DataSubject) -> QuerySet[Any]:
    return Job.objects.filter(rows__in=person.of(JobRow)).distinct()


def _parts(row: JobRow) -> list[str]:
    """Return where the row's part of a file lies; one of a worker that was lost lies there before the row says so."""
    return [row.part_path] if row.result == row.part_path or row.state == RowState.READY else []


def _with_parts(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return those that may have a part of a file, which shows the whole address."""
    return rows.filter(job__kind__in=[name for name, kind in JOB_KINDS.items() if kind.makes_parts])


def _erase_jobs(person: DataSubject, rows: QuerySet[Any]) -> None:
    """Have the file gone in which they stand beside others; it can be made again."""
    rows.update(path="", size=None, sha256="", stored_at=None)


def _old_jobs(shop: Shop | None, before: datetime) -> QuerySet[Any]:
    return Job.objects.exclude(state__in=MOVING).filter(created_at__lt=before)


def _forget_jobs(keys: Collection[int]) -> None:
    delete_jobs(Job.objects.filter(pk__in=keys))


add_source("exports", RetentionSource(name="jobs", due=_old_jobs, forget=_forget_jobs))


register(
    Holder(
        model=JobRow,
        holds=_("what a job changed in an order, with the previous values"),
        find=_find_rows,
        files=_parts,
        given=_with_parts,
        fields=dict.fromkeys(("label", "detail", "text", "errors", "params", "result", "undo"), FREE),
        kept="exports",
    ),
    Holder(
        model=Job,
        holds=_("exported lists and search terms"),
        find=_find_jobs,
        erase=_erase_jobs,
        given=lambda rows: rows,
        shared=True,
        fields=dict.fromkeys(("inputs", "query", "problem"), SCRUB),
        plain={"counts": "numbers"},
        kept="exports",
    ),
)

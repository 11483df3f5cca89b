"""Runs of a synchronisation: one at a time, seen while they go, explained when they end."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.utils import timezone

from backoffice.acting import told_by
from backoffice.engine.services.locks import SharedLock
from backoffice.errors import Conflict
from backoffice.vendors.catalog_messages import CatalogProblem
from backoffice.vendors.registry import vendor_title
from catalog.models import SyncRun
from catalog.models.sync import SyncState

# What a person would still read; the rest is only counted.
PROBLEMS_KEPT = 200
# First half of the advisory lock's key: says what is locked, the second half says for whom.
_LOCK_SPACE = 0x5359


class SyncRunning(Conflict):
    """Another synchronisation of the same kind is at work."""

    code = "sync_running"


@contextmanager
def only_one(vendor: str, *, kind: str) -> Iterator[None]:
    """Hold the lock of a vendor's synchronisation, which ends with this process, even after kill -9.

    Runs that were left unfinished by a process that died are closed as failed. Raises SyncRunning.
    """
    with SharedLock(_LOCK_SPACE, f"{kind}:{vendor}") as lock:
        if not lock.take():
            raise SyncRunning(_who_runs(vendor, kind=kind))
        _close_abandoned(vendor, kind=kind)
        with told_by("catalogue"):  # the run and its changes are kept row by row (`VariantChange`)
            yield


class RunLog:
    """The row of a run and what is written into it: counts, progress, problems."""

    def __init__(self, vendor: str, *, kind: str, options: dict[str, Any]) -> None:
        self.run = SyncRun.objects.create(vendor=vendor, kind=kind, options=options)
        self.counts: Counter[str] = Counter()
        self.problems: list[CatalogProblem] = []
        self.is_complete = True

    def note(self, problem: CatalogProblem) -> None:
        """Keep a problem. One that concerns nothing by name leaves the run incomplete."""
        self.counts["problems"] += 1
        if not problem.product_id and not problem.skus:
            self.is_complete = False
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append(problem)
        elif problem.skus and not problem.was_read:  # only counted: nobody may take these for read
            self.run.options["missing"] = True

    def note_missing(self) -> None:
        """Record that a part of the list could not be read."""
        self.run.options["missing"] = True
        self._save("options")

    def progress(self, *, seen: int, total: int | None) -> None:
        """Record the progress, which is a sign of life at the same time."""
        self.run.seen, self.run.total = seen, total
        self._save("seen", "total")

    def finish(self, state: SyncState) -> SyncRun:
        """Close the run. Done with problems is partial."""
        if state is SyncState.DONE and self.problems:
            state = SyncState.PARTIAL
        self.run.state, self.run.finished_at = state, timezone.now()
        self._save("seen", "total", "state", "finished_at", "options")
        return self.run

    def _save(self, *fields: str) -> None:
        self.run.counts = dict(sorted(self.counts.items()))
        self.run.errors = [
            {"text": problem.text, "product": problem.product_id, "skus": list(problem.skus)}
            | ({"was_read": True} if problem.was_read else {})
            for problem in self.problems
        ]
        self.run.save(update_fields=[*fields, "counts", "errors", "heartbeat_at"])


def last_complete_start(vendor: str, *, kind: str = "catalog") -> datetime | None:
    """Return when the newest run over everything that came to its end began: what happened before, it has seen."""
    ended = SyncRun.objects.filter(vendor=vendor, kind=kind, state__in=[SyncState.DONE, SyncState.PARTIAL])
    whole = ended.filter(options__covers="all", options__dry_run=False)
    return whole.order_by("-started_at").values_list("started_at", flat=True).first()


def last_reading(vendor: str) -> tuple[datetime, list[str]] | None:
    """Return when the newest run began that read every page of the catalogue, and the SKUs that it could not read."""
    ended = SyncRun.objects.filter(vendor=vendor, kind="catalog", state__in=[SyncState.DONE, SyncState.PARTIAL])
    whole = ended.filter(options__covers="all", options__dry_run=False).exclude(options__contains={"missing": True})
    run = whole.order_by("-started_at").values_list("started_at", "errors").first()
    if run is None:
        return None
    unread = (problem for problem in run[1] if not problem.get("was_read"))
    return run[0], [sku for problem in unread for sku in problem["skus"]]


def _close_abandoned(vendor: str, *, kind: str) -> None:
    problem = {"text": "The process that ran it ended before it was done.", "product": "", "skus": []}
    for run in SyncRun.objects.filter(vendor=vendor, kind=kind, state=SyncState.RUNNING):
        run.state, run.finished_at, run.errors = SyncState.FAILED, run.heartbeat_at, [*run.errors, problem]
        run.save(update_fields=["state", "finished_at", "errors"])


def _who_runs(vendor: str, *, kind: str) -> str:
    run = SyncRun.objects.filter(vendor=vendor, kind=kind, state=SyncState.RUNNING).first()
    if run is None:
        return f"A {kind} synchronisation of {vendor_title(vendor)} is just starting."
    of = f" of {run.total}" if run.total else ""
    since = f"{run.started_at:%H:%M:%S} UTC"
    return f"A {kind} synchronisation of {vendor_title(vendor)} runs since {since}, {run.seen}{of} read."

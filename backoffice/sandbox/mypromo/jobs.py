"""The jobs that apply batches: hidden at first, then SCHEDULED, PROCESSING, and done.

A job is one dict: job_id, queue_id, client, kind, is_fulfiller, entries (sku, sku_fulfiller, values), callback, added,
processed, status ("" while hidden), message, code (of the report's link), failed (place of an entry: why) and `next`.
"""

import random
import secrets
from datetime import timedelta
from typing import Any

from backoffice.sandbox.clock import iso, parse_iso
from backoffice.sandbox.mypromo.callbacks import Callbacks
from backoffice.sandbox.mypromo.holdings import Holdings
from backoffice.sandbox.mypromo.order_store import OrderStore
from backoffice.sandbox.mypromo.paging import list_response
from backoffice.sandbox.mypromo.routing import ANY, Caller, Route
from backoffice.sandbox.mypromo.spreadsheet import CSV_TYPE, XLSX_TYPE, csv_text, xlsx
from backoffice.sandbox.options import Options
from backoffice.sandbox.wire import Request, Response, json_response, message

Job = dict[str, Any]

QUEUE_OFFSET = 900_000
_UNLUCKY = "The entry could not be processed."
_COLUMNS = ("sku", "sku_fulfiller", "status", "error")


class Jobs:
    """All jobs by number. Whoever reads or changes one holds the store's lock."""

    def __init__(self, *, options: Options, store: OrderStore, holdings: Holdings, callbacks: Callbacks) -> None:
        self._options = options
        self._store = store
        self._holdings = holdings
        self._callbacks = callbacks
        self.held: dict[int, Job] = {}

    def routes(self) -> list[Route]:
        """Return list and by id; the list is documented with a slash at its end, its own links have none."""
        return [
            Route("GET", "v1/jobs", ANY, self.list_jobs),
            Route("GET", "v1/jobs/{id}", ANY, self.get),
        ]

    def list_jobs(self, request: Request, caller: Caller) -> Response:
        """Handle `GET v1/jobs/`, with 404 while there is none."""
        with self._store.lock:
            rows = [job for job in self.held.values() if job["client"] == caller.name and job["status"]]
        if not rows:
            return message(404, "Not found.")
        return list_response(request, rows, lambda j: self._locked_view(j, request), options=self._options)

    def get(self, request: Request, caller: Caller, key: int) -> Response:
        """Handle `GET v1/jobs/{id}`, with 404 before the job is queued."""
        job = self.held.get(key)
        if job is None or job["client"] != caller.name or not job["status"]:
            return message(404, "Not found.")
        return json_response(200, self._locked_view(job, request))

    def report(self, short: str, caller: Caller) -> Response | None:
        """Return the report of a short link, or None when it is no report of this account."""
        job = next((j for j in self.held.values() if j["code"] == short and j["client"] == caller.name), None)
        if job is None or not job["processed"]:
            return None
        rows = [_COLUMNS, *(_report_row(job, place) for place in range(len(job["entries"])))]
        if self._options.report_format == "csv":
            return Response(200, csv_text(rows), {"Content-Type": CSV_TYPE})
        return Response(200, xlsx(rows), {"Content-Type": XLSX_TYPE})

    def queue(
        self, entries: list[dict[str, Any]], *, kind: str, is_fulfiller: bool, caller: Caller, callback: Any
    ) -> int:
        """Take checked entries over and return the number that PATCH answers with."""
        with self._store.lock:
            key = self._store.next_id("job")
            job: Job = {
                "job_id": key,
                "queue_id": key + QUEUE_OFFSET if self._options.queue_id_differs else key,
                "client": caller.name,
                "kind": kind,
                "is_fulfiller": is_fulfiller,
                "entries": entries,
                "callback": callback,
                "added": iso(self._store.now()),
                "processed": None,
                "status": "",
                "message": None,
                "code": "X" + secrets.token_hex(6).upper(),
                "failed": {},
                "next": None,
            }
            self.held[key] = job
            self._note(job)
            self._plan(job, "SCHEDULED", self._options.job_hidden_seconds)
        return int(job["queue_id"])

    def resume(self, jobs: list[Job]) -> None:
        """Take over the jobs of an earlier run and go on with them."""
        with self._store.lock:
            self.held = {job["job_id"]: job for job in jobs}
            for job in jobs:
                if job["next"]:
                    wait = (parse_iso(job["next"]["at"]) - self._store.now()).total_seconds()
                    self._plan(job, job["next"]["step"], max(0.0, wait) * self._store.clock.speed)

    def _plan(self, job: Job, step: str, delay: float) -> None:
        clock = self._store.clock
        job["next"] = {"step": step, "at": iso(self._store.now() + timedelta(seconds=delay / clock.speed))}
        clock.call_later(delay, lambda: self._take(job, step))

    def _take(self, job: Job, step: str) -> None:
        with self._store.lock:
            job["next"] = None
            if step == "done":
                self._end(job)
            else:
                job["status"] = step
                following = "PROCESSING" if step == "SCHEDULED" else "done"
                self._plan(job, following, self._options.job_step_seconds)
            self._note(job)
        if step == "done" and not self._options.job_silent:
            self._callbacks.emit_job(job["job_id"], self.view(job), job["callback"])

    def _end(self, job: Job) -> None:
        job["processed"] = iso(self._store.now())
        outcome, only = self._options.job_outcome, self._options.job_outcome_only
        if outcome and (not only or job["job_id"] in only):
            if outcome == "ERROR":
                job["failed"] = {str(place): _UNLUCKY for place in range(len(job["entries"]))}
            job["status"] = outcome
        else:
            self._apply(job)
            job["status"] = "ERROR" if job["failed"] else self._options.job_success_word
        if job["failed"]:
            job["message"] = f"{len(job['failed'])} of {len(job['entries'])} entries contain errors."

    def _apply(self, job: Job) -> None:
        unlucky = self._unlucky(job)
        for place, entry in enumerate(job["entries"]):
            error = _UNLUCKY if place in unlucky else None
            if error is None:
                data = {"kind": job["kind"], "account": job["client"], "is_fulfiller": job["is_fulfiller"]}
                error = self._holdings.apply(entry["values"], sku=entry["sku"], **data)
            if error is not None:
                job["failed"][str(place)] = error

    def _unlucky(self, job: Job) -> set[int]:
        entries = job["entries"]
        count = min(self._options.job_failing_entries, len(entries))
        picked = random.Random(job["job_id"]).sample(range(len(entries)), count)
        named = self._options.job_failing_skus
        return {*picked, *(place for place, entry in enumerate(entries) if entry["sku"] in named)}

    def _note(self, job: Job) -> None:
        data = {name: job[name] for name in ("client", "kind", "status", "message")}
        now = iso(self._store.now())
        self._store.ledger.note("job", at=now, job=job["job_id"], entries=len(job["entries"]), **data)

    def _locked_view(self, job: Job, request: Request) -> dict[str, Any]:
        with self._store.lock:
            return self.view(job, base_url=request.base_url)

    def view(self, job: Job, *, base_url: str = "") -> dict[str, Any]:
        """Write a job as list, by id and callback show it."""
        has_report = job["processed"] and job["status"] != "CANCELED"
        shown = {name: job[name] for name in ("job_id", "added", "processed", "status", "message")}
        return {**shown, "report": f"{base_url or self._store.public_url}v1/{job['code']}" if has_report else None}


def _report_row(job: Job, place: int) -> tuple[str, str, str, str]:
    entry, error = job["entries"][place], job["failed"].get(str(place))
    return entry["sku"], entry["sku_fulfiller"] or "", "ERROR" if error else "OK", error or ""

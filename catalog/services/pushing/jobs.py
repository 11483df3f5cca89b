"""Following batches at the vendor. A callback, a poll and a look at the list end in `apply_job_report`."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from backoffice.engine.models.callback import CallbackState
from backoffice.engine.models.push import Lane
from backoffice.engine.services.callbacks import callbacks_wait
from backoffice.engine.services.integrations import get_vendor
from backoffice.engine.services.pushes import queue_push
from backoffice.engine.services.reports import ReportOutcome
from backoffice.vendors.abilities import TakesChanges
from backoffice.vendors.batch_messages import FINAL_JOB_STATES, JobReport, RemoteJobState
from backoffice.vendors.errors import VendorError
from catalog.models import ChangeSet, ChangeSetState, VendorJob, VendorJobState
from catalog.models.vendor_job import FINAL_STATES
from catalog.services.pushing.starting import VERIFY

logger = logging.getLogger(__name__)

# A number that the vendor does not know so often is looked for in its list: it may have given the job another one.
POLLS_BEFORE_SEARCH = 2
# The vendor's clock may be a little behind ours.
CLOCKS_APART = timedelta(minutes=2)
POLLS_AT_ONCE = 100

_RANK = {
    VendorJobState.QUEUED: 1,
    VendorJobState.UNKNOWN: 1,
    VendorJobState.SCHEDULED: 2,
    VendorJobState.PROCESSING: 3,
    VendorJobState.SILENT: 4,
}
_FINAL_RANK = 5


def apply_job_report(report: JobReport) -> ReportOutcome:
    """Bring our batch where the vendor says, never back. The last one to end has the set read back."""
    found = _find(report)
    if found is None:
        return ReportOutcome(CallbackState.ORPHAN)
    with transaction.atomic():
        change_set = ChangeSet.objects.locked(found.change_set_id)
        job = VendorJob.objects.select_for_update().get(pk=found.pk)
        state = VendorJobState(report.state.value)
        if _is_known(job, report, state=state):
            return ReportOutcome(CallbackState.KNOWN, change_set)
        if _rank(state) < _rank(job.state):
            return ReportOutcome(CallbackState.STALE, change_set)
        _write(job, report, state=state)
        if report.state in FINAL_JOB_STATES:
            finish_if_done(change_set)
    return ReportOutcome(CallbackState.APPLIED, change_set)


def poll_due_jobs() -> int:
    """Ask for every batch whose time has come. Return how many."""
    due = VendorJob.objects.filter(next_poll_at__lte=timezone.now()).order_by("next_poll_at")
    count = 0
    for job in due[:POLLS_AT_ONCE]:
        if _claim(job):
            follow_job(job)
            count += 1
    return count


def follow_job(job: VendorJob) -> None:
    """Ask the vendor where the batch stands, for a day until it answers."""
    try:
        vendor = get_vendor(job.vendor, TakesChanges, lane=Lane.READS)
        report = vendor.read_job(job.job_id or job.queue_id)
        if report.state is RemoteJobState.QUEUED and job.polls >= POLLS_BEFORE_SEARCH:
            report = _search(vendor, job) or report
        apply_job_report(report)
    except VendorError as error:
        logger.warning("Batch %s could not be followed: %s", job, error.text)
    _give_up_unanswered(job)


def finish_if_done(change_set: ChangeSet) -> None:
    """Have the set, which must be locked, read back when none of its batches is open any more."""
    if change_set.state != ChangeSetState.PUSHING or change_set.jobs.exclude(state__in=FINAL_STATES).exists():
        return
    queue_push(VERIFY, vendor=change_set.vendor, subject=change_set, actor="system", lane=Lane.CATALOG)


def first_poll_at(sent_at: datetime) -> datetime:
    """Return when a batch is asked for that was just sent."""
    return sent_at + timedelta(seconds=settings.JOB_POLL_BACKOFF[0])


def _claim(job: VendorJob) -> bool:
    """Take the poll for this worker, and plan the next one at once: a worker that dies costs one round."""
    backoff = settings.JOB_POLL_BACKOFF
    wait = backoff[min(job.polls + 1, len(backoff) - 1)]
    claimed = VendorJob.objects.filter(pk=job.pk, next_poll_at=job.next_poll_at).update(
        next_poll_at=timezone.now() + timedelta(seconds=wait), polls=F("polls") + 1
    )
    job.polls += 1
    return bool(claimed)


def _find(report: JobReport) -> VendorJob | None:
    jobs = VendorJob.objects.filter(vendor=report.vendor)
    return jobs.filter(job_id=report.vendor_id).first() or jobs.filter(queue_id=report.vendor_id).first()


def _is_known(job: VendorJob, report: JobReport, *, state: VendorJobState) -> bool:
    return job.state == state and job.raw_state == report.raw_state and job.report_url == report.report_url


def _write(job: VendorJob, report: JobReport, *, state: VendorJobState) -> None:
    job.state, job.raw_state = state, report.raw_state
    if report.state is not RemoteJobState.QUEUED:
        job.job_id = report.vendor_id
    job.message = report.text or job.message
    job.report_url = report.report_url or job.report_url
    job.added_at, job.processed_at = report.added_at or job.added_at, report.processed_at or job.processed_at
    if report.state in FINAL_JOB_STATES:
        job.next_poll_at, job.needs_attention = None, False
    job.save()


def _rank(state: str) -> int:
    return _RANK.get(VendorJobState(state), 0 if state == VendorJobState.PLANNED else _FINAL_RANK)


def _search(vendor: TakesChanges, job: VendorJob) -> JobReport | None:
    """Return the job in the vendor's list, should it have another number than the batch was answered with.

    Told by order: both numbers rise as batches come in, so as many unknown jobs as batches without one belong
    together one by one. With any other count nothing is guessed. Raises VendorError.
    """
    lost = list(
        VendorJob.objects.filter(vendor=job.vendor, state=VendorJobState.QUEUED, job_id="", sent_at__isnull=False)
    )
    since = min((row.sent_at for row in lost if row.sent_at), default=timezone.now()) - CLOCKS_APART
    known = set(VendorJob.objects.filter(vendor=job.vendor).exclude(job_id="").values_list("job_id", flat=True))
    strays = [
        report
        for report in vendor.list_jobs()
        if report.vendor_id not in known and report.added_at is not None and report.added_at >= since
    ]
    if len(strays) != len(lost):
        return None
    # Numbers by size, should the vendor use any.
    lost.sort(key=lambda row: (len(row.queue_id), row.queue_id))
    strays.sort(key=lambda report: (len(report.vendor_id), report.vendor_id))
    for row, report in zip(lost, strays, strict=True):
        VendorJob.objects.filter(pk=row.pk, job_id="").update(job_id=report.vendor_id)
    return next((report for row, report in zip(lost, strays, strict=True) if row.pk == job.pk), None)


def _give_up_unanswered(job: VendorJob) -> None:
    """Give up after a day: a person should know, and the values are read back to see for ourselves."""
    longest = timedelta(hours=settings.JOB_UNANSWERED_HOURS)
    with transaction.atomic():
        change_set = ChangeSet.objects.locked(job.change_set_id)
        job = VendorJob.objects.select_for_update().get(pk=job.pk)
        if job.is_final or job.sent_at is None or timezone.now() - job.sent_at < longest:
            return
        if callbacks_wait(job.vendor):  # one of them may be its end
            return
        job.state, job.needs_attention, job.next_poll_at = VendorJobState.SILENT, True, None
        job.save(update_fields=["state", "needs_attention", "next_poll_at"])
        change_set.note("changeset.silent", actor=f"vendor:{job.vendor}", batch=job.number, number=job.queue_id)
        finish_if_done(change_set)

"""Following batches: jobs and their reports, in our words. Mixed into the adapters."""

from collections.abc import Iterator

from backoffice.vendors.abilities import TakesChanges
from backoffice.vendors.batch_messages import JobReport, RemoteJobState
from backoffice.vendors.errors import VendorNotFound
from backoffice.vendors.mypromo.client import MypromoClient
from backoffice.vendors.mypromo.job_table import read_report
from backoffice.vendors.mypromo.paging import decode_row, none_found, read_rows
from backoffice.vendors.mypromo.schemas import JobSchema
from backoffice.vendors.reading import link, read_time, text

JOBS_PER_PAGE = 15

# The document's prose says SUCCESSS, its example SUCCESS.
JOB_STATES = {
    "SCHEDULED": RemoteJobState.SCHEDULED,
    "PROCESSING": RemoteJobState.PROCESSING,
    "SUCCESS": RemoteJobState.SUCCESS,
    "SUCCESSS": RemoteJobState.SUCCESS,
    "ERROR": RemoteJobState.ERROR,
    "CANCELED": RemoteJobState.CANCELLED,
    "CANCELLED": RemoteJobState.CANCELLED,
}


class JobsAbility(TakesChanges):
    """Raises VendorError."""

    client: MypromoClient

    def read_job(self, vendor_id: str) -> JobReport:
        try:
            return job_report(self.client.job(vendor_id), vendor=self.name)
        except VendorNotFound:
            return JobReport(vendor=self.name, vendor_id=vendor_id, state=RemoteJobState.QUEUED)

    def list_jobs(self) -> Iterator[JobReport]:
        for row in read_rows(none_found(self.client.jobs_page), {}, per_page=JOBS_PER_PAGE, whole=True):
            yield job_report(decode_row(row, JobSchema), vendor=self.name)

    def fetch_report(self, url: str) -> bytes:
        return self.client.download(url).body

    parse_report = staticmethod(read_report)


def job_report(job: JobSchema, *, vendor: str) -> JobReport:
    return JobReport(
        vendor=vendor,
        vendor_id=str(job.job_id),
        state=JOB_STATES.get(job.status.upper(), RemoteJobState.UNKNOWN),
        raw_state=job.status,
        text=text(job.message),
        report_url=link(job.report),
        added_at=read_time(job.added),
        processed_at=read_time(job.processed),
    )

"""What workers do for jobs."""

from celery import shared_task

from backoffice.engine.services.task_queue import JOBS_QUEUE, WORK_JOB, enqueue
from backoffice.jobs.models import Job
from backoffice.jobs.services import clearing, working

WORK_SECONDS = 20


@shared_task(name=WORK_JOB)
def work_job(job_id: int) -> None:
    """Go on with one job for some seconds, then let others have their turn."""
    if working.work_job(job_id, seconds=WORK_SECONDS):
        enqueue(WORK_JOB, job_id, queue=JOBS_QUEUE)


@shared_task(name="backoffice.jobs.tasks.wake_jobs")
def wake_jobs() -> None:
    """Find jobs whose task or worker was lost, and clear away what is old."""
    for pk in Job.objects.claimable().order_by("pk").values_list("pk", flat=True)[:20]:
        enqueue(WORK_JOB, pk, queue=JOBS_QUEUE)
    clearing.clear_jobs()

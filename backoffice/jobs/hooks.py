"""Where jobs take part in what stands below them."""

from django.db.models import Min
from django.db.models.functions import Coalesce

from backoffice.engine.services.queue_ages import QUEUE_AGES, age_of
from backoffice.engine.services.task_queue import JOBS_QUEUE
from backoffice.jobs.models import Job


def _age() -> float:
    waiting = Job.objects.claimable()
    return age_of(waiting.aggregate(oldest=Min(Coalesce("lease_until", "started_at", "created_at")))["oldest"])


QUEUE_AGES[JOBS_QUEUE] = _age

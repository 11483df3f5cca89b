"""Two workers at one job, as when a slow one outlives its lease."""

import threading

import pytest
from django.db import connection

from backoffice.jobs.models import Job
from backoffice.jobs.services import working
from backoffice.jobs.services.drafting import start_job
from backoffice.jobs.services.kinds import JOB_KINDS
from orders.conversation.models import Comment
from orders.models import OrderEvent
from tests.jobs.conftest import checked, states
from tests.orders.rows import make_order

ORDERS, WORKERS = 24, 3


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_rows_do_each_once() -> None:
    orders = [make_order() for _count in range(ORDERS)]
    job = start_job(checked("orders.note", orders), inputs={"text": "Fragile"}, actor="mara")
    start, faults = threading.Barrier(WORKERS), []

    def work() -> None:
        try:
            start.wait(timeout=30)
            own = Job.objects.get(pk=job.pk)
            while working._do_some(own, JOB_KINDS[own.kind]):
                pass
        except Exception as fault:  # noqa: BLE001 - whatever it is, it fails the test
            faults.append(fault)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _count in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=120)
    assert faults == []
    assert set(states(job).values()) == {"done"}
    assert set(Comment.objects.values_list("text", flat=True)) == {"Fragile"}
    assert OrderEvent.objects.filter(kind="comment.written", change=job.change).count() == ORDERS

"""Ten thousand new orders released in one job: making the preview, checking it, doing it; each with its push."""

import statistics
import sys
import time

ORDERS = 10_000


def main(count: int = ORDERS) -> int:
    """Print seconds and orders a second of each step, beside releasing some of them without a job. Return 1 where a
    row was not done, or an order has not exactly one push.
    """
    from benchmarks.database import own_database

    with own_database("jobs"):
        return _measure(count)


def _measure(count: int) -> int:
    from backoffice.engine.services import task_queue
    from backoffice.jobs.models import Job
    from backoffice.jobs.services.drafting import draft_job, start_job
    from backoffice.jobs.services.kinds import JOB_KINDS
    from orders.models import Order, OrderState

    # Nobody is there to take the tasks, and a broker that is filled with them is not what is measured.
    task_queue.enqueue = lambda *_args, **_more: True
    bare = _make_orders(count)
    print(f"{count:,} new orders", flush=True)
    begin = time.perf_counter()
    job = draft_job(JOB_KINDS["orders.release"], Order.objects.filter(state=OrderState.NEW, pk__gt=bare), actor="bench")
    _say("the preview's rows", count, begin)
    begin = time.perf_counter()
    _work(job.pk)
    _say("checked", count, begin)
    start_job(Job.objects.get(pk=job.pk), inputs={"note": ""}, actor="bench")
    begin = time.perf_counter()
    pauses = _work(job.pk)
    _say("released", count, begin)
    print(f"   the page of its progress meanwhile: median {1000 * statistics.median(pauses):.0f} ms")
    _release_bare(bare)
    return _judge(Job.objects.get(pk=job.pk), count)


def _work(pk: int) -> list[float]:
    """Work as the task does, a look at the progress after each turn; return the seconds of these looks."""
    from backoffice.jobs.models import Job
    from backoffice.jobs.services.counting import progress_of
    from backoffice.jobs.services.working import work_job
    from backoffice.jobs.tasks import WORK_SECONDS

    looks = []
    goes_on = True
    while goes_on:
        goes_on = work_job(pk, seconds=WORK_SECONDS)
        begin = time.perf_counter()
        progress_of(Job.objects.get(pk=pk))
        looks.append(time.perf_counter() - begin)
    return looks


def _make_orders(count: int) -> int:
    """Make a hundred orders to be released without a job, then those of the job; return the key of the hundredth."""
    from django.contrib.auth.models import User

    from benchmarks.order_rows import grow_to, make_catalogue
    from orders.models import Address, AddressRole, Order, OrderState, ProductionState, ShipmentState

    make_catalogue()
    grow_to(count + 100, first=1, user=User.objects.create_user("bench").pk)
    Order.objects.update(state=OrderState.NEW, production=ProductionState.NONE, shipment=ShipmentState.NONE, late=False)
    Address.objects.bulk_create(
        Address(
            order_id=key, role=AddressRole.RECIPIENT, firstname="Jana", lastname="Größer", street="Hauptstraße 42",
            zip="10115", city="Berlin", country_code="DE",
        )
        for key in Order.objects.values_list("pk", flat=True)
    )  # fmt: skip
    _fit_lines()
    return 100


def _fit_lines() -> None:
    """Let all lines come from stock that is offered: nothing stands against their release."""
    from orders.models import Hold, OrderLine
    from orders.models.line import LineKind

    Hold.objects.all().delete()
    OrderLine.objects.update(kind=LineKind.STOCK, files=[])


def _release_bare(until: int) -> None:
    from orders.models import Order
    from orders.services.lifecycle import release_order

    begin = time.perf_counter()
    for order in Order.objects.filter(pk__lte=until):
        release_order(order, actor="bench")
    _say("released without a job", until, begin)


def _judge(job: object, count: int) -> int:
    from backoffice.engine.models import Push
    from backoffice.jobs.models import Job, RowState
    from orders.models import Order, OrderState

    assert isinstance(job, Job)
    done, pushes = job.counts.get(RowState.DONE, 0), Push.objects.filter(kind="orders.place").count()
    released = Order.objects.filter(state=OrderState.RELEASED).count()
    print(f"   counts {job.counts}, {released:,} orders released, {pushes:,} pushes")
    for text in job.rows.exclude(state=RowState.DONE).values_list("text", "errors")[:3]:
        print(f"   {text}")
    return int(done != count or pushes != released)


def _say(what: str, count: int, begin: float) -> None:
    seconds = time.perf_counter() - begin
    print(f"   {what}: {seconds:.1f} s, {count / seconds:,.0f}/s", flush=True)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else ORDERS))

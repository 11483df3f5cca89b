"""What workers do for webhooks."""

from celery import shared_task

from backoffice.engine.services.task_queue import WEBHOOKS_QUEUE, enqueue_soon
from backoffice.webhooks.services import sweeping
from backoffice.webhooks.services.dispatching import deliver_due
from backoffice.webhooks.services.recording import DELIVER_WEBHOOKS
from backoffice.webhooks.services.turns import take_turn

DELIVER_SECONDS = 60


@shared_task(name=DELIVER_WEBHOOKS)
def deliver_webhooks() -> None:
    """Bring into the stream what is recorded, and deliver what is due until nothing is, or for a minute.

    So many of these work at once, and the others end: each takes whatever comes meanwhile, and children of workers that
    wait for storefronts send no orders.
    """
    with take_turn() as is_ours:
        if is_ours:
            deliver_due(seconds=DELIVER_SECONDS)
    # What came when we were about to end found us still there, and ended.
    if is_ours and sweeping.is_anything_due():
        enqueue_soon(DELIVER_WEBHOOKS, queue=WEBHOOKS_QUEUE)


@shared_task(name="backoffice.webhooks.tasks.sweep_webhooks")
def sweep_webhooks() -> None:
    """Look after what nobody else does, and have delivered what is due."""
    if sweeping.sweep():
        enqueue_soon(DELIVER_WEBHOOKS, queue=WEBHOOKS_QUEUE)


@shared_task(name="backoffice.webhooks.tasks.clear_exchanges")
def clear_exchanges() -> None:
    """Delete old exchanges, and look for what got stuck."""
    sweeping.clear_old_exchanges()
    sweeping.move_up_stuck()

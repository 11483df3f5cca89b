"""The tasks of orders."""

from celery import shared_task

from backoffice.engine.services.pull_runs import pull_all
from backoffice.engine.services.pulling import forget_old_drift
from backoffice.engine.services.task_queue import PULL_ORDERS
from orders.services import hold_terms, lateness, silence, stock, unavailable
from orders.services.files.uploads import clear_uploads
from orders.services.reports.pulling import OrderPull
from orders.services.reports.simulated import move_simulated_orders


@shared_task(name="orders.tasks.pull_orders")
def pull_orders() -> None:
    """Ask every vendor what changed, one run at a time, and at once again where that was not all; then do what time
    alone changes, or the catalogue.
    """
    pull_all(OrderPull, task=PULL_ORDERS, afterwards=_follow_time)


@shared_task(name="orders.tasks.release_due_holds")
def release_due_holds() -> None:
    """Release the holds whose time has come."""
    hold_terms.release_due_holds()


@shared_task(name="orders.tasks.move_test_orders")
def move_test_orders() -> None:
    """Move test orders along whose vendors have no sandbox."""
    move_simulated_orders()


def _follow_time() -> None:
    forget_old_drift()
    lateness.mark_late_orders()
    lateness.close_unreported_orders()
    silence.note_silence()
    unavailable.hold_unmakeable_orders()
    stock.settle_stock()
    clear_uploads()

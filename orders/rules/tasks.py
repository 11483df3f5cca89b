"""What workers do for rules by themselves."""

import time

from celery import shared_task

from orders.rules.services import jobs, running
from orders.rules.services.calls import sending

RULE_SECONDS = 60


@shared_task(name="orders.rules.tasks.run_rules")
def run_rules() -> None:
    """Run the rules at what waits for them, until nothing does or for a minute; then what is on a schedule."""
    deadline = time.monotonic() + RULE_SECONDS
    while running.work_waiting_events() and time.monotonic() < deadline:
        pass
    jobs.open_due_slots()
    jobs.end_endless_jobs()
    jobs.work_jobs()


@shared_task(name="orders.rules.tasks.send_calls")
def send_calls() -> None:
    """Send the calls that are due; end the leases of lost workers."""
    sending.end_expired_leases()
    sending.send_due_calls(seconds=RULE_SECONDS)


@shared_task(name="orders.rules.tasks.clear_exchanges")
def clear_exchanges() -> None:
    """Delete old exchanges of calls."""
    sending.clear_old_exchanges()

"""What workers do for rules by themselves."""

import time

from celery import shared_task

from orders.rules.services import jobs, running

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

"""A worker of change sets as a process of its own: what beat and Celery's workers do, until it is killed.

python -m tests.catalog.push_worker
"""

import os
import threading
import time

import django


def main() -> None:
    """Deliver what is due and ask for jobs, for ever."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    django.setup()
    from backoffice.engine.services.sending import deliver, end_expired_leases
    from backoffice.engine.services.sweep import due_pushes
    from catalog.services.pushing.jobs import poll_due_jobs

    while True:
        end_expired_leases()
        for push_id in due_pushes(limit=100):
            deliver(push_id)
        poll_due_jobs()
        time.sleep(0.05)


def _end_with_parent() -> None:
    """End with the test, however it ends: the pipe from it ends too."""
    os.read(0, 1)
    os._exit(0)


if __name__ == "__main__":
    main()

"""The engine without Celery: worker processes that look for due work themselves. Run as a program of its own.

    python -m tests.faults.engine WORKERS

A worker that dies is replaced at once, as every supervisor does. What is tested is switched on by the environment:

| variable | is |
|---|---|
| `OFF` | names of mechanisms that are switched off, separated by commas: see `switches.py` |
| `CRASHES` | JSON: {reference: [step, moment]}; the worker kills itself there, once for each reference |
| `FREEZES` | the same, but the worker stops itself (SIGSTOP) until somebody wakes it |
| `MARKS` | folder in which it is noted what has happened |
"""

import os
import sys
import time

import django
from django.db import connections

PAUSE_SECONDS = 0.05


def main() -> None:
    """Fork workers and replace those that die, for ever."""
    django.setup()
    from tests.faults import switches

    switches.switch_off(os.environ.get("OFF", ""))
    switches.plan_mishaps()
    connections.close_all()
    for _ in range(int(sys.argv[1])):
        start_worker()
    while True:
        os.wait()
        start_worker()


def start_worker() -> None:
    if os.fork() == 0:
        try:
            work()
        finally:
            os._exit(1)


def work() -> None:
    """Sweep and deliver, for ever: what beat and Celery's workers do."""
    from backoffice.engine.services.callbacks import work_due_callbacks
    from backoffice.engine.services.sending import deliver, end_expired_leases
    from backoffice.engine.services.sweep import due_pushes

    while True:
        end_expired_leases()
        for push_id in due_pushes(limit=100):
            deliver(push_id)
        work_due_callbacks()
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main()

"""Celery as the doorbell: rows in PostgreSQL say what is to be done, a task only says "look now"."""

import logging
import logging.config
import os
from typing import Any

from celery import Celery, signals

from backoffice import alive, task_context
from backoffice.broker import survive_lost_redis

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")

survive_lost_redis()
task_context.connect()
app = Celery("backoffice")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.heartbeat_sent.connect(dispatch_uid="backoffice.alive")
def _show_life(**_signal: Any) -> None:
    alive.show_life()


@signals.setup_logging.connect(dispatch_uid="backoffice.logging")
def _log_as_everywhere(loglevel: int | str | None = None, **_signal: Any) -> None:
    """Let workers and beat write what all processes write, masked and named; --loglevel is for Celery's own lines."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)
    if loglevel:
        logging.getLogger("celery").setLevel(loglevel)

"""Celery as the doorbell: rows in PostgreSQL say what is to be done, a task only says "look now"."""

import os

from celery import Celery

from backoffice.broker import survive_lost_redis

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")

survive_lost_redis()
app = Celery("backoffice")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

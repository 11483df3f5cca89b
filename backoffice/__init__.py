"""The shell of the project: settings, addresses, start-up; and a house for each floor that all apps stand on."""

from backoffice.celery import app as celery_app

__all__ = ["celery_app"]

"""The project, and what all its apps share: pushes, callbacks, shops, vendors."""

from backoffice.celery import app as celery_app

__all__ = ["celery_app"]

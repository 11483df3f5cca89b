"""The sign of life of processes that answer no requests: a file whose time is the last one at which they worked."""

from pathlib import Path

from django.conf import settings


def show_life() -> None:
    """Touch ALIVE_PATH, where one is set."""
    if settings.ALIVE_PATH:
        Path(settings.ALIVE_PATH).touch()

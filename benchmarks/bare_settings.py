"""The project's settings without middleware and with the bare views only: the limits to compare with."""

from backoffice.settings import *  # noqa: F403

MIDDLEWARE = []
ROOT_URLCONF = "benchmarks.bare_views"

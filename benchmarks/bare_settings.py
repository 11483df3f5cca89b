"""The project's settings with the bare views only: the limits to compare with. `bare_wsgi` leaves middleware out."""

from backoffice.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.bare_views"

"""How the web server runs when `gunicorn backoffice.wsgi` is started in this folder; the command line wins.

It listens on loopback, or on a unix socket (BIND=unix:/run/backoffice.sock): in front of it belongs a proxy that takes
each request in whole before it passes it on, see deploy/.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")

from django.conf import settings

# Settings that cannot be used end the server here, before any worker is started.
bind = settings.BIND if settings.BIND.startswith("unix:") else f"{settings.BIND}:{settings.PORT}"
workers = settings.WEB_WORKERS
threads = settings.WEB_THREADS
worker_class = "backoffice.web.web_worker.DeadlineWorker"
# The sign of life of each worker is a file, which no disk may keep waiting; a container's root may be read-only.
_MEMORY = "/dev/shm"  # noqa: S108 - gunicorn makes a file there that has no name
worker_tmp_dir = _MEMORY if Path(_MEMORY).is_dir() else None
if settings.LOG_FORMAT == "json":
    # Its own lines too; those of requests are ours (ACCESS_LOG), without what opens doors.
    _own = {"gunicorn.error": {"level": "INFO", "propagate": True}, "gunicorn.access": {"level": "WARNING"}}
    logconfig_dict = settings.LOGGING | {"loggers": settings.LOGGING["loggers"] | _own}
# Two servers of one user would share its socket.
control_socket_disable = True


def on_starting(server):  # type: ignore[no-untyped-def]
    """Refuse published secrets on an address that --bind makes public."""
    from backoffice.published_secrets import find_weak_secrets
    from backoffice.settings.faults import stop_on

    hosts = [str(address[0]) if isinstance(address, tuple) else f"unix:{address}" for address in server.cfg.address]
    stop_on([f"{name}: {text}" for name, text in find_weak_secrets(settings.INCOMING_SECRETS, hosts=hosts)])


def post_fork(server, worker):  # type: ignore[no-untyped-def]  # gunicorn ships no types
    """Read the settings anew: after a reload the worker runs new code, and files of secrets may have been exchanged."""
    from django.utils.functional import empty

    ours = [name for name in sys.modules if f"{name}.".startswith("backoffice.settings.")]
    for name in {*ours, os.environ["DJANGO_SETTINGS_MODULE"]}:
        sys.modules.pop(name, None)
    settings._wrapped = empty

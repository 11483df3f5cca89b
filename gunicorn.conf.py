"""How the web server runs when `gunicorn backoffice.wsgi` is started in this folder; the command line wins.

It listens on loopback, or on a unix socket (BIND=unix:/run/backoffice.sock): in front of it belongs a proxy that takes
each request in whole before it passes it on, see deploy/.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")

from django.conf import settings

# Settings that cannot be used end the server here, before any worker is started.
bind = settings.BIND if settings.BIND.startswith("unix:") else f"{settings.BIND}:{settings.PORT}"
workers = settings.WEB_WORKERS
threads = settings.WEB_THREADS
worker_class = "backoffice.web.web_worker.DeadlineWorker"
# Two servers of one user would share its socket.
control_socket_disable = True


def on_starting(server):  # type: ignore[no-untyped-def]
    """Refuse published secrets on an address that --bind makes public."""
    from backoffice.published_secrets import find_weak_secrets
    from backoffice.settings.faults import stop_on

    hosts = [str(address[0]) if isinstance(address, tuple) else f"unix:{address}" for address in server.cfg.address]
    stop_on([f"{name}: {text}" for name, text in find_weak_secrets(settings.INCOMING_SECRETS, hosts=hosts)])

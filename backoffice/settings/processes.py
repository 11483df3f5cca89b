"""What our own processes listen on; the Procfile and gunicorn.conf.py read the same variables."""

from backoffice.settings.base import env

BIND = env.str("BIND", default="127.0.0.1", pattern=r"unix:/\S+|[\w.:\[\]-]+", shape="an address, or unix:/path")
PORT = env.int("PORT", default=8000, most=65535)
SANDBOX_PORT = env.int("SANDBOX_PORT", default=8100, most=65535)
# Where the demo catches mails.
SANDBOX_MAIL_PORT = env.int("SANDBOX_MAIL_PORT", default=SANDBOX_PORT + 1, most=65535)
# The demo's shop, which the page of webhooks leads to.
DEMO_SHOP_URL = env.str("DEMO_SHOP_URL", pattern=r"http://127\.0\.0\.1:\d+/\S*", shape="an address on this machine")
WEB_WORKERS = env.int("WEB_WORKERS", default=2, most=1000)
WEB_THREADS = env.int("WEB_THREADS", default=4, most=1000)
REQUEST_SECONDS = env.float("REQUEST_SECONDS", default=10)
# Touched every few seconds by a worker or beat that lives, for whoever watches over it (deploy/health.py).
ALIVE_PATH = env.str(
    "ALIVE_PATH", default="", pattern=r"/[^\x00-\x1f\x7f]*", shape="the path of a file, beginning with /"
)
CELERY_CONCURRENCY = env.int("CELERY_CONCURRENCY", default=4, most=1000)

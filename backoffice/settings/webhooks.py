"""Webhooks to storefronts: how they are sent, repeated and given up, and where they may go."""

from backoffice.settings.base import env

# Endpoints may be on private networks and plain http: for storefronts beside us, and for the demo.
WEBHOOK_PRIVATE_NETWORKS = env.bool("WEBHOOK_PRIVATE_NETWORKS", default=False)
# The longest a try may take, from connecting to the end of the answer.
WEBHOOK_SECONDS = env.float("WEBHOOK_SECONDS", default=10)
# Workers that deliver at the same time; each takes up one child of Celery's.
WEBHOOK_WORKERS = env.int("WEBHOOK_WORKERS", default=2, most=100)
# Tries at the same time: in one worker, and at one endpoint over all workers.
WEBHOOK_THREADS = env.int("WEBHOOK_THREADS", default=32, most=200)
WEBHOOK_ENDPOINT_TRIES = env.int("WEBHOOK_ENDPOINT_TRIES", default=8, most=100)
# Seconds between the tries of one event, with up to a fifth more or less; the last one repeats.
WEBHOOK_RETRY_BACKOFF = env.floats(
    "WEBHOOK_RETRY_BACKOFF", default=[5, 30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600]
)
# After that long an event is given up; it can be sent again.
WEBHOOK_RETRY_HOURS = env.float("WEBHOOK_RETRY_HOURS", default=72)
# An endpoint that took nothing for so long is shown to staff, and mailed.
WEBHOOK_ALARM_MINUTES = env.float("WEBHOOK_ALARM_MINUTES", default=15)
# How long a secret stays valid beside its successor.
WEBHOOK_ROTATION_HOURS = env.float("WEBHOOK_ROTATION_HOURS", default=24)
# How long the exchanges of tries are kept.
WEBHOOK_LOG_DAYS = env.int("WEBHOOK_LOG_DAYS", default=30)

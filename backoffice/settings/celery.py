"""Redis and Celery: the queues, how workers run, and what runs how often."""

from kombu import Exchange, Queue

from backoffice.settings.base import VAR_DIR, env
from backoffice.settings.servers import REDIS_URL

CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
SWEEP_SECONDS = env.float("SWEEP_SECONDS", default=10)
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Whoever enqueues does not wait for a Redis that is gone (kombu would wait six seconds); a worker goes on trying.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600, "max_retries": 1, "interval_start": 0, "socket_connect_timeout": 2,
}  # fmt: skip
CELERY_ACCEPT_CONTENT = ["json"]
# The sweep finds what was not enqueued, so neither it nor its tasks may wait behind thousands of new ones, nor a job
# behind the pushes that it makes: workers take turns between the queues.
CELERY_TASK_QUEUES = [
    Queue(name, Exchange(name, type="direct"), routing_key=name) for name in ("celery", "swept", "sweep", "jobs")
]
CELERY_TASK_ROUTES = {
    "backoffice.engine.tasks.sweep": {"queue": "sweep", "routing_key": "sweep"},
    "backoffice.jobs.tasks.*": {"queue": "jobs", "routing_key": "jobs"},
}
CELERY_TASK_SOFT_TIME_LIMIT = 150
CELERY_TASK_TIME_LIMIT = 170
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "backoffice.engine.tasks.sweep",
        "schedule": SWEEP_SECONDS,
        # Long enough to outlast workers that are all busy: a sweep that expires unread ends no lost lease.
        "options": {"expires": max(60.0, SWEEP_SECONDS)},
    },
    "pull-orders": {
        "task": "orders.tasks.pull_orders",
        "schedule": env.float("PULL_ORDERS_SECONDS", default=600),
        "options": {"expires": 300},
    },
    "release-due-holds": {
        "task": "orders.tasks.release_due_holds",
        "schedule": env.float("RELEASE_DUE_HOLDS_SECONDS", default=15),
        "options": {"expires": 15},
    },
    "run-rules": {
        "task": "orders.rules.tasks.run_rules",
        # What is new is enqueued at once; this finds what was missed, and what is due on a schedule.
        "schedule": env.float("RUN_RULES_SECONDS", default=5),
        "options": {"expires": 30},
    },
    "send-mails": {
        "task": "backoffice.mail.tasks.send_mails",
        # What is new is enqueued at once; this finds what waits for its next try.
        "schedule": env.float("SEND_MAILS_SECONDS", default=10),
        "options": {"expires": 30},
    },
    "write-staff-mails": {
        "task": "orders.conversation.tasks.write_staff_mails",
        "schedule": env.float("STAFF_MAILS_SECONDS", default=300),
        "options": {"expires": 300},
    },
    "count-inbox": {
        "task": "backoffice.dashboard.tasks.count_inbox",
        "schedule": 3600,
        "options": {"expires": 1800},
    },
    "sync-catalog": {
        "task": "catalog.tasks.sync_catalog",
        "schedule": env.float("SYNC_CATALOG_SECONDS", default=6 * 3600),
        "options": {"expires": 3600},
    },
    "read-listings": {
        "task": "catalog.tasks.read_listings",
        "schedule": env.float("READ_LISTINGS_SECONDS", default=6 * 3600),
        "options": {"expires": 3600},
    },
    "read-ratings": {
        "task": "catalog.tasks.read_ratings",
        "schedule": env.float("READ_RATINGS_SECONDS", default=6 * 3600),
        "options": {"expires": 3600},
    },
    "export-orders": {
        "task": "orders.marketing.tasks.export_orders",
        "schedule": env.float("EXPORT_ORDERS_SECONDS", default=60),
        "options": {"expires": 60},
    },
    "follow-change-sets": {
        "task": "catalog.tasks.follow_change_sets",
        "schedule": env.float("FOLLOW_CHANGE_SETS_SECONDS", default=20),
        "options": {"expires": 20},
    },
    "pull-production-orders": {
        "task": "fulfillment.tasks.pull_production_orders",
        "schedule": env.float("PULL_PRODUCTION_ORDERS_SECONDS", default=600),
        "options": {"expires": 300},
    },
    "download-files": {
        "task": "fulfillment.tasks.download_files",
        "schedule": env.float("DOWNLOAD_FILES_SECONDS", default=30),
        "options": {"expires": 30},
    },
    "follow-campaigns": {
        "task": "orders.marketing.tasks.follow_campaigns",
        "schedule": env.float("FOLLOW_CAMPAIGNS_SECONDS", default=30),
        "options": {"expires": 30},
    },
    "fetch-pictures": {
        "task": "catalog.tasks.fetch_pictures",
        "schedule": env.float("FETCH_PICTURES_SECONDS", default=15),
        "options": {"expires": 15},
    },
    "wake-jobs": {
        "task": "backoffice.jobs.tasks.wake_jobs",
        "schedule": env.float("WAKE_JOBS_SECONDS", default=10),
        "options": {"expires": 10},
    },
    "sync-reference": {
        "task": "fulfillment.tasks.sync_reference",
        "schedule": env.float("SYNC_REFERENCE_SECONDS", default=24 * 3600),
        "options": {"expires": 3600},
    },
}

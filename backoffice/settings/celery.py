"""Redis and Celery: the queues, how workers run, and what runs how often."""

from kombu import Exchange, Queue

from backoffice.settings.base import env
from backoffice.settings.servers import REDIS_URL

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL},
    # Small pictures of customers' photos and designs stay in the memory of a process: Redis writes what it is given to
    # its disk, where it would outlast whoever is erased.
    "pictures": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pictures",
        "OPTIONS": {"MAX_ENTRIES": 100},
    },
}
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
    Queue(name, Exchange(name, type="direct"), routing_key=name)
    for name in ("celery", "swept", "sweep", "jobs", "webhooks")
]
CELERY_TASK_ROUTES = {
    "backoffice.engine.tasks.sweep": {"queue": "sweep", "routing_key": "sweep"},
    "backoffice.jobs.tasks.*": {"queue": "jobs", "routing_key": "jobs"},
    "backoffice.privacy.tasks.*": {"queue": "jobs", "routing_key": "jobs"},
    "orders.importing.tasks.*": {"queue": "jobs", "routing_key": "jobs"},
    # So that a machine of their own may send them, and a slow storefront keeps no order waiting.
    "backoffice.webhooks.tasks.*": {"queue": "webhooks", "routing_key": "webhooks"},
    "orders.rules.tasks.send_calls": {"queue": "webhooks", "routing_key": "webhooks"},
    "orders.connectors.woocommerce.tasks.send": {"queue": "webhooks", "routing_key": "webhooks"},
    "orders.connectors.woocommerce.tasks.pull": {"queue": "webhooks", "routing_key": "webhooks"},
    "orders.connectors.woocommerce.tasks.send_stock": {"queue": "webhooks", "routing_key": "webhooks"},
    "orders.connectors.woocommerce.tasks.read_products": {"queue": "webhooks", "routing_key": "webhooks"},
}
CELERY_TASK_SOFT_TIME_LIMIT = 150
CELERY_TASK_TIME_LIMIT = 170
CELERY_TIMEZONE = "UTC"
# Of several beats one works: the one that has the lease. So long after it dies another goes on.
BEAT_LEASE_SECONDS = env.float("BEAT_LEASE_SECONDS", default=15)
CELERY_BEAT_SCHEDULER = "backoffice.beat.LeasedScheduler"
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "backoffice.engine.tasks.sweep",
        "schedule": SWEEP_SECONDS,
        # Long enough to outlast workers that are all busy: a sweep that expires unread ends no lost lease.
        "options": {"expires": max(60.0, SWEEP_SECONDS)},
    },
    "ask-statuses": {
        "task": "backoffice.engine.tasks.ask_statuses",
        "schedule": env.float("ASK_STATUSES_SECONDS", default=300),
        "options": {"expires": 300},
    },
    "look-after-store": {
        "task": "backoffice.engine.tasks.look_after_store",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "delete-files": {
        "task": "backoffice.engine.tasks.delete_files",
        # What is new is deleted at once; this finds what was missed, and what the store refused.
        "schedule": 60,
        "options": {"expires": 60},
    },
    "keep-partitions": {
        "task": "backoffice.engine.tasks.keep_partitions",
        # Months are made three ahead; where a lock was not to be had the next hour does it.
        "schedule": 3600,
        "options": {"expires": 3600},
    },
    "forget-old-rows": {
        "task": "backoffice.engine.tasks.forget_old_rows",
        # A run stops after 100 seconds; a table whose round is complete rests for a day.
        "schedule": 1800,
        "options": {"expires": 1800},
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
    "move-test-orders": {
        "task": "orders.tasks.move_test_orders",
        "schedule": env.float("MOVE_TEST_ORDERS_SECONDS", default=15),
        "options": {"expires": 15},
    },
    "clear-drafts": {
        "task": "orders.drafts.tasks.clear_drafts",
        "schedule": 3600,
        "options": {"expires": 1800},
    },
    "keep-imports": {
        "task": "orders.importing.tasks.keep_imports",
        "schedule": 30,
        "options": {"expires": 30},
    },
    "run-rules": {
        "task": "orders.rules.tasks.run_rules",
        # What is new is enqueued at once; this finds what was missed, and what is due on a schedule.
        "schedule": env.float("RUN_RULES_SECONDS", default=5),
        "options": {"expires": 30},
    },
    "send-rule-calls": {
        "task": "orders.rules.tasks.send_calls",
        # What is new is enqueued at once; this finds what waits for its next try.
        "schedule": env.float("SEND_CALLS_SECONDS", default=10),
        "options": {"expires": 30},
    },
    "clear-rule-exchanges": {
        "task": "orders.rules.tasks.clear_exchanges",
        "schedule": 6 * 3600,
        "options": {"expires": 3600},
    },
    "send-mails": {
        "task": "backoffice.mail.tasks.send_mails",
        # What is new is enqueued at once; this finds what waits for its next try.
        "schedule": env.float("SEND_MAILS_SECONDS", default=10),
        "options": {"expires": 30},
    },
    "deliver-webhooks": {
        "task": "backoffice.webhooks.tasks.sweep_webhooks",
        # What is new is enqueued at once; this finds what was missed, and what waits for its next try.
        "schedule": env.float("SWEEP_WEBHOOKS_SECONDS", default=5),
        "options": {"expires": 30},
    },
    "clear-webhook-exchanges": {
        "task": "backoffice.webhooks.tasks.clear_exchanges",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
    "write-staff-mails": {
        "task": "orders.conversation.tasks.write_staff_mails",
        "schedule": env.float("STAFF_MAILS_SECONDS", default=300),
        "options": {"expires": 300},
    },
    "forget-old-sign-ins": {
        "task": "backoffice.signin.tasks.forget_old_sign_ins",
        "schedule": 24 * 3600,
        "options": {"expires": 3600},
    },
    "close-audit": {
        "task": "backoffice.audit.tasks.close_audit",
        "schedule": env.float("CLOSE_AUDIT_SECONDS", default=5),
        "options": {"expires": 30},
    },
    "keep-audit": {
        "task": "backoffice.audit.tasks.keep_audit",
        "schedule": 3600,
        "options": {"expires": 1800},
    },
    "verify-audit": {
        "task": "backoffice.audit.tasks.verify_audit",
        # A run works for a minute at most; the next one goes on where it stopped.
        "schedule": 3600,
        "options": {"expires": 1800},
    },
    "work-privacy-requests": {
        "task": "backoffice.privacy.tasks.work_requests",
        # What is new is enqueued at once; this finds what was missed, and what waited for an order's end.
        "schedule": 60,
        "options": {"expires": 60},
    },
    "run-retention": {
        "task": "backoffice.privacy.tasks.run_retention",
        # Often, for a run ends after two minutes: what is due of a day is gone within it.
        "schedule": 3600,
        "options": {"expires": 1800},
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
    "process-woocommerce": {
        "task": "orders.connectors.woocommerce.tasks.process_messages",
        # What is new is enqueued at once; this finds what was missed, and what waits for its next try.
        "schedule": env.float("PROCESS_WOOCOMMERCE_SECONDS", default=10),
        "options": {"expires": 30},
    },
    "send-woocommerce": {
        "task": "orders.connectors.woocommerce.tasks.send",
        "schedule": env.float("SEND_WOOCOMMERCE_SECONDS", default=10),
        "options": {"expires": 30},
    },
    "pull-woocommerce": {
        "task": "orders.connectors.woocommerce.tasks.pull",
        "schedule": env.float("PULL_WOOCOMMERCE_SECONDS", default=600),
        "options": {"expires": 300},
    },
    "send-woocommerce-stock": {
        "task": "orders.connectors.woocommerce.tasks.send_stock",
        "schedule": env.float("SEND_WOOCOMMERCE_STOCK_SECONDS", default=30),
        "options": {"expires": 30},
    },
    "read-woocommerce-products": {
        "task": "orders.connectors.woocommerce.tasks.read_products",
        "schedule": env.float("READ_WOOCOMMERCE_PRODUCTS_SECONDS", default=300),
        "options": {"expires": 300},
    },
    "clear-woocommerce": {
        "task": "orders.connectors.woocommerce.tasks.clear_messages",
        "schedule": 6 * 3600,
        "options": {"expires": 3600},
    },
    "sync-reference": {
        "task": "fulfillment.tasks.sync_reference",
        "schedule": env.float("SYNC_REFERENCE_SECONDS", default=24 * 3600),
        "options": {"expires": 3600},
    },
}

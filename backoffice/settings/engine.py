"""How calls to vendors are made, repeated and given up."""

from backoffice.settings.base import env

VENDOR_CONNECT_TIMEOUT = env.float("VENDOR_CONNECT_TIMEOUT", default=5)
VENDOR_READ_TIMEOUT = env.float("VENDOR_READ_TIMEOUT", default=30)
PUSH_LEASE_SECONDS = env.float("PUSH_LEASE_SECONDS", default=180)
PUSH_SETTLE_SECONDS = env.float("PUSH_SETTLE_SECONDS", default=120)
PUSH_RETRY_BACKOFF = env.floats("PUSH_RETRY_BACKOFF", default=[2, 5, 15, 60, 300, 900])
# After that long without a proof, an unknown outcome is handed to a person.
PUSH_UNKNOWN_HOURS = env.float("PUSH_UNKNOWN_HOURS", default=24)
# Seconds between the times that a vendor is asked for a batch of changes; the last one repeats.
JOB_POLL_BACKOFF = env.floats("JOB_POLL_BACKOFF", default=[60, 120, 300, 900, 3600])
# After that long without an end, a batch is handed to a person and its values are read back.
JOB_UNANSWERED_HOURS = env.float("JOB_UNANSWERED_HOURS", default=24)

"""PostgreSQL: how it is connected to, how long it is waited for, and what this machine remembers of it."""

from pathlib import Path
from typing import Any

from backoffice.settings.base import VAR_DIR, env
from backoffice.settings.database_address import parse_postgres
from backoffice.settings.servers import DATABASE_URL, REPLICA_DATABASE_URL

# Where this machine remembers how far the database had come, so that a restored one is noticed (`services/epoch.py`).
EPOCH_DIR = Path(env.str("EPOCH_DIR", default=str(VAR_DIR / "epoch")))
# A pooler that gives each transaction another connection (PgBouncer's pool_mode=transaction) refuses start-up options
# and loses cursors of the server; the time-outs are then set on the role, see docs/operate/surroundings.md.
DATABASE_POOLED = env.bool("DATABASE_POOLED", default=False)
# A wait that long is a fault; better an error that is retried than a page that hangs.
DATABASE_TIMEOUTS = {"lock_timeout": "3s", "statement_timeout": "30s", "idle_in_transaction_session_timeout": "60s"}
# Of `migrate` alone: so long it waits for a lock, since all others wait behind it; so often, and then, it tries again.
MIGRATE_LOCK_SECONDS = env.float("MIGRATE_LOCK_SECONDS", default=2)
MIGRATE_RETRIES = env.int("MIGRATE_RETRIES", default=60, least=0)
MIGRATE_RETRY_SECONDS = env.float("MIGRATE_RETRY_SECONDS", default=5)
# 0: a statement may take as long as it needs.
MIGRATE_STATEMENT_SECONDS = env.float("MIGRATE_STATEMENT_SECONDS", default=0, least=0)
_start_up = "" if DATABASE_POOLED else " ".join(f"-c {name}={value}" for name, value in DATABASE_TIMEOUTS.items())


def _connect_to(address: str) -> dict[str, Any]:
    """Return the entry of DATABASES. What the address says wins; its own start-up options come last, to win too."""
    entry = parse_postgres(address)
    options = f"{_start_up} {entry['OPTIONS'].get('options', '')}".strip()
    return {
        **entry,
        "CONN_MAX_AGE": env.int("DATABASE_CONN_MAX_AGE", default=600, least=0),
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": DATABASE_POOLED,
        "OPTIONS": {"application_name": "backoffice", **entry["OPTIONS"], "options": options},
    }


DATABASES = {"default": _connect_to(DATABASE_URL or "postgres:///none")}
# A copy that follows: lists are read from it (`backoffice/replica.py`), unless it is further behind than this. The mark
# by which that is known is made by each sweep.
REPLICA_LAG_SECONDS = env.float("REPLICA_LAG_SECONDS", default=30)
DATABASE_ROUTERS = []
if REPLICA_DATABASE_URL:
    DATABASES["replica"] = _connect_to(REPLICA_DATABASE_URL) | {"TEST": {"MIRROR": "default"}}
    if not DATABASE_POOLED:
        DATABASES["replica"]["OPTIONS"]["options"] += " -c default_transaction_read_only=on"
    DATABASE_ROUTERS = ["backoffice.replica.ReplicaRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Where pg_dump, pg_restore and psql are; empty: Debian's folders, PATH or the wheel's, whatever fits the server.
POSTGRES_BIN = env.str(
    "POSTGRES_BIN", default="", pattern=r"/[^\x00-\x1f\x7f]*", shape="the path of a folder, beginning with /"
)

"""PostgreSQL: how it is connected to, how long it is waited for, and what this machine remembers of it."""

from pathlib import Path

from backoffice.settings.base import VAR_DIR, env
from backoffice.settings.database_address import parse_postgres
from backoffice.settings.servers import DATABASE_URL

# Where this machine remembers how far the database had come, so that a restored one is noticed (`services/epoch.py`).
EPOCH_DIR = Path(env.str("EPOCH_DIR", default=str(VAR_DIR / "epoch")))
# A pooler that gives each transaction another connection (PgBouncer's pool_mode=transaction) refuses start-up options
# and loses cursors of the server; the time-outs are then set on the role, see docs/production.md.
DATABASE_POOLED = env.bool("DATABASE_POOLED", default=False)
# A wait that long is a fault; better an error that is retried than a page that hangs.
DATABASE_TIMEOUTS = {"lock_timeout": "3s", "statement_timeout": "30s", "idle_in_transaction_session_timeout": "60s"}
_database = parse_postgres(DATABASE_URL or "postgres:///none")
_start_up = "" if DATABASE_POOLED else " ".join(f"-c {name}={value}" for name, value in DATABASE_TIMEOUTS.items())
DATABASES = {
    "default": {
        **_database,
        "CONN_MAX_AGE": env.int("DATABASE_CONN_MAX_AGE", default=600, least=0),
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": DATABASE_POOLED,
        # What the address says wins; its own start-up options come last, so that they win too.
        "OPTIONS": {
            "application_name": "backoffice",
            **_database["OPTIONS"],
            "options": f"{_start_up} {_database['OPTIONS'].get('options', '')}".strip(),
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

"""Where PostgreSQL and Redis are: those of the wheels where nothing is said and this is no production."""

from backoffice.settings.base import PRODUCTION, VAR_DIR, env

_MISSING = (
    "is not set, and the servers of requirements-embedded.txt are not installed: run this with the environment of the"
    " installation (docs/operate/index.md)."
)
DATABASE_URL = env.postgres_address("DATABASE_URL")
REPLICA_DATABASE_URL = env.postgres_address("REPLICA_DATABASE_URL")
REDIS_URL = env.redis_address("REDIS_URL")
if not (DATABASE_URL and REDIS_URL) and not PRODUCTION and not env.faults:  # a process that ends at once starts none
    # Only then: in production what requirements-embedded.txt names is not there.
    try:
        from backoffice import embedded
    except ImportError:  # Django would swallow it, and know none of our commands
        for _name, _address in (("DATABASE_URL", DATABASE_URL), ("REDIS_URL", REDIS_URL)):
            if not _address:
                env.fault(_name, _MISSING)
    else:
        DATABASE_URL = DATABASE_URL or embedded.database_url(VAR_DIR)
        REDIS_URL = REDIS_URL or embedded.redis_url(VAR_DIR)

"""Where PostgreSQL and Redis are: those of the wheels where nothing is said and this is no production."""

from backoffice import embedded
from backoffice.settings.base import PRODUCTION, VAR_DIR, env

DATABASE_URL = env.postgres_address("DATABASE_URL")
if not DATABASE_URL and not PRODUCTION and not env.faults:  # a process that ends at once starts no server
    DATABASE_URL = embedded.database_url(VAR_DIR)
REDIS_URL = env.redis_address("REDIS_URL")
if not REDIS_URL and not PRODUCTION and not env.faults:
    REDIS_URL = embedded.redis_url(VAR_DIR)

"""What no process may start on, beside values that cannot be used: defaults and secrets that everybody knows."""

from backoffice.published_secrets import find_weak_secrets
from backoffice.settings.base import (
    ALLOWED_HOSTS,
    DEBUG,
    ENCRYPTION_KEYS,
    PRODUCTION,
    SECRET_KEY,
    SECRET_KEY_FALLBACKS,
    env,
    public_address,
)
from backoffice.settings.monitoring import METRICS_TOKEN
from backoffice.settings.orders import LABEL_SECRET
from backoffice.settings.processes import BIND
from backoffice.settings.vendors import VENDOR_SECRETS

if PRODUCTION:
    for _name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ENCRYPTION_KEYS", "PUBLIC_URL"):
        if not env.has(_name):
            env.fault(_name, "is not set, and PRODUCTION=1 takes no default that is meant for development.")
    if DEBUG:
        env.fault("DEBUG", "shows secrets to everybody, and PRODUCTION=1 refuses it.")
# The values that let somebody in from outside, and how many characters each has to have.
INCOMING_SECRETS = {
    "SECRET_KEY": ([SECRET_KEY], 50),
    "SECRET_KEY_FALLBACKS": (SECRET_KEY_FALLBACKS, 50),
    # Older keys only open what is not sealed anew yet.
    "ENCRYPTION_KEYS": (ENCRYPTION_KEYS[:1], 44),
    **VENDOR_SECRETS,
    "LABEL_SECRET": ([LABEL_SECRET], 24),
    "METRICS_TOKEN": ([METRICS_TOKEN], 16),
}
REACHED_AT = ["PRODUCTION=1"] if PRODUCTION else [public_address.hostname or "", *ALLOWED_HOSTS, BIND]
for _name, _text in find_weak_secrets(INCOMING_SECRETS, hosts=REACHED_AT):
    env.fault(_name, _text)

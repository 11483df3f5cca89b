"""The log, and who may read the metrics."""

from backoffice.settings.base import env

# Asked for by /metrics as a bearer token; empty: only loopback may read it.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO", choices=("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "mask": {"()": "backoffice.masking.MaskSecrets"},
        "request": {"()": "backoffice.web.request_id.NameRequest"},
    },
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(request_id)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["mask", "request"]}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django.server": {"level": "WARNING"},
        # It would write each address with all that is in it, keys too; what was asked is in the exchanges.
        "urllib3": {"level": "INFO"},
    },
}

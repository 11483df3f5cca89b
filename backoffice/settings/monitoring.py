"""The log, and who may read the metrics."""

from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS

from backoffice.settings.base import env

# Asked for by /metrics as a bearer token; empty: only loopback may read it.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO", choices=("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))
# Lines for people, or an object of JSON a line for programs that gather logs.
LOG_FORMAT = env.str("LOG_FORMAT", default="text", choices=("text", "json"))
# A line for each request answered, and one for each request to a vendor.
ACCESS_LOG = env.bool("ACCESS_LOG", default=True)
_FORMATTERS: dict[str, dict[str, Any]] = {
    "text": {"format": "%(asctime)s %(levelname)s %(request_id)s %(name)s %(message)s"},
    "json": {
        "()": "pythonjsonlogger.json.JsonFormatter",
        "fmt": "%(asctime)s %(levelname)s %(request_id)s %(name)s %(message)s",
        "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
        # Django adds requests as a whole, with addresses that open what they name.
        "reserved_attrs": [*RESERVED_ATTRS, "request", "server_time"],
    },
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "mask": {"()": "backoffice.masking.MaskSecrets"},
        "request": {"()": "backoffice.web.request_id.NameRequest"},
    },
    "formatters": {"line": _FORMATTERS[LOG_FORMAT]},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["mask", "request"]}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "backoffice.access": {"level": "INFO" if ACCESS_LOG else "WARNING"},
        "backoffice.calls": {"level": "INFO" if ACCESS_LOG else "WARNING"},
        "django.server": {"level": "WARNING"},
        # It would write each address with all that is in it, keys too; what was asked is in the exchanges.
        "urllib3": {"level": "INFO"},
    },
}
# Where errors are reported to (Sentry's protocol), and traces (OpenTelemetry's); see requirements-observe.txt.
SENTRY_DSN = env.web_address("SENTRY_DSN", default="")
# The library reads this and its other variables (OTEL_…) by itself.
OTEL_EXPORTER_OTLP_ENDPOINT = env.web_address("OTEL_EXPORTER_OTLP_ENDPOINT", default="")

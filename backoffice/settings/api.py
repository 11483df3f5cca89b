"""The REST API that storefronts speak, and its description."""

from backoffice.settings.base import PRODUCTION, TRUSTED_PROXIES, env

# Description and browsable page of the API, which anybody may read who reaches us.
API_DOCS = env.bool("API_DOCS", default=not PRODUCTION)
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# A draft of 200 lines, the most that an order has, is sent whole: some eight fields a line and four a print file.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["backoffice.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["backoffice.api.authentication.HasScope"],
    "DEFAULT_PARSER_CLASSES": ["backoffice.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["backoffice.api.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["backoffice.api.throttling.PerKey"],
    "DEFAULT_THROTTLE_RATES": {
        "key": env.str(
            "API_REQUESTS_PER_KEY",
            default="1200/min",
            pattern="[1-9][0-9]{0,8}/(s|sec|second|m|min|minute|h|hour|d|day)",
            shape="a number per sec, min, hour or day, such as 1200/min",
        )
    },
    "EXCEPTION_HANDLER": "backoffice.api.errors.problem_details",
    "UNAUTHENTICATED_USER": None,
    "NUM_PROXIES": TRUSTED_PROXIES,
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Merchant back office",
    "DESCRIPTION": "Orders, catalogue and prices for storefronts.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    # The structs name their own parts; the default hook would look for choices of serializers.
    "POSTPROCESSING_HOOKS": ["backoffice.api.schema_parts.complete_document"],
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
}

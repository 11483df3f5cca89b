"""Settings come from the environment only; `.env.example` lists every one with unit and default.

A secret may also be given as `NAME_FILE`, the path of a file that holds it. Without `DATABASE_URL` or `REDIS_URL` the
servers that come with the Python wheels are started under `var/` (see `embedded.py`), except in production.

What cannot be used is collected while this is read; at the end the process stops and names all of it.
"""

import sys
from pathlib import Path
from urllib.parse import urlsplit

from kombu import Exchange, Queue

from backoffice import embedded
from backoffice.environment import Environment, parse_postgres
from backoffice.published_secrets import DEVELOPMENT_ENCRYPTION_KEY, DEVELOPMENT_SECRET_KEY, find_weak_secrets
from backoffice.unfold import UNFOLD  # noqa: F401 - the staff pages read it from here

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()
env.read_env(BASE_DIR / ".env")

VAR_DIR = env.folder("VAR_DIR", default=BASE_DIR / "var")
PRODUCTION = env.bool("PRODUCTION", default=False)
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default=DEVELOPMENT_SECRET_KEY)
# Keys before the last change, newest first: what they signed stays valid until they are removed.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS")
# Keys for what is kept encrypted, newest first; apart from SECRET_KEY, so that either can be rotated alone.
ENCRYPTION_KEYS = env.list(
    "ENCRYPTION_KEYS",
    default=[DEVELOPMENT_ENCRYPTION_KEY],
    pattern=r"[A-Za-z0-9_-]{43}=",
    shape="Fernet keys (python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())')",
)
# Where vendors and storefronts reach us, without a trailing slash.
PUBLIC_URL = env.web_address("PUBLIC_URL", default="http://127.0.0.1:8000", may_have_path=False).rstrip("/")
_public = urlsplit(PUBLIC_URL)
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS",
    default=[_public.hostname or "localhost", "localhost", "127.0.0.1"],
    pattern=r"\*|\.?[\w-]+(\.[\w-]+)*|\[[0-9a-fA-F:.]+\]",
    shape="names of hosts",
)
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"]
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0, least=0, most=20)

INSTALLED_APPS = [
    "backoffice",
    "catalog",
    "fulfillment",
    "orders",
    "unfold",
    "unfold.contrib.filters",
    # The staff pages are loaded by `urls.py`: workers and commands have no use for them.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "axes",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "rest_framework_api_key",
]

MIDDLEWARE = [
    "backoffice.request_id.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "backoffice.middleware.ReadersZone",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "backoffice.urls"
WSGI_APPLICATION = "backoffice.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# Where this machine remembers how far the database had come, so that a restored one is noticed (`services/epoch.py`).
EPOCH_DIR = Path(env.str("EPOCH_DIR", default=str(VAR_DIR / "epoch")))

# --- PostgreSQL -------------------------------------------------------------------------------------------------------
DATABASE_URL = env.postgres_address("DATABASE_URL")
if not DATABASE_URL and not PRODUCTION and not env.faults:  # a process that ends at once starts no server
    DATABASE_URL = embedded.database_url(VAR_DIR)
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

# --- Redis and Celery -------------------------------------------------------------------------------------------------
REDIS_URL = env.redis_address("REDIS_URL")
if not REDIS_URL and not PRODUCTION and not env.faults:
    REDIS_URL = embedded.redis_url(VAR_DIR)
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
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
# Whoever rings does not wait for a Redis that is gone (six seconds, if it were up to kombu); a worker goes on trying.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600, "max_retries": 1, "interval_start": 0, "socket_connect_timeout": 2,
}  # fmt: skip
CELERY_ACCEPT_CONTENT = ["json"]
# The sweep mends what the bells missed, so neither it nor the bells it rings may wait behind thousands of first bells:
# workers take turns between the three.
CELERY_TASK_QUEUES = [
    Queue(name, Exchange(name, type="direct"), routing_key=name) for name in ("celery", "swept", "sweep")
]
CELERY_TASK_ROUTES = {"backoffice.tasks.sweep": {"queue": "sweep", "routing_key": "sweep"}}
CELERY_TASK_SOFT_TIME_LIMIT = 150
CELERY_TASK_TIME_LIMIT = 170
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "backoffice.tasks.sweep",
        "schedule": SWEEP_SECONDS,
        # Long enough to outlast workers that are all busy: a sweep that expires unread ends no lost lease.
        "options": {"expires": max(60.0, SWEEP_SECONDS)},
    },
    "pull-orders": {
        "task": "orders.tasks.pull_orders",
        "schedule": env.float("PULL_ORDERS_SECONDS", default=600),
        "options": {"expires": 300},
    },
    "run-rules": {
        "task": "orders.tasks.run_rules",
        # Bells ring for what is new; this finds what they missed, and what is due on a schedule.
        "schedule": env.float("RUN_RULES_SECONDS", default=5),
        "options": {"expires": 30},
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
    "tell-orders": {
        "task": "orders.tasks.tell_orders",
        "schedule": env.float("TELL_ORDERS_SECONDS", default=60),
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
        "task": "orders.tasks.follow_campaigns",
        "schedule": env.float("FOLLOW_CAMPAIGNS_SECONDS", default=30),
        "options": {"expires": 30},
    },
    "fetch-pictures": {
        "task": "catalog.tasks.fetch_pictures",
        "schedule": env.float("FETCH_PICTURES_SECONDS", default=15),
        "options": {"expires": 15},
    },
    "sync-reference": {
        "task": "fulfillment.tasks.sync_reference",
        "schedule": env.float("SYNC_REFERENCE_SECONDS", default=24 * 3600),
        "options": {"expires": 3600},
    },
}

# --- Vendors ----------------------------------------------------------------------------------------------------------
# Name -> dotted path of the class that speaks for the vendor; loaded on first use, imported by name nowhere else.
# Where several have a SKU the first one gets the order.
VENDORS = {
    "mypromo": "backoffice.vendors.mypromo.adapter.MyPromo",
    "mypromo-fulfiller": "backoffice.vendors.mypromo.adapter.MyPromoFulfiller",
    "sign-customiser": "backoffice.vendors.sign_customiser.adapter.SignCustomiser",
    "autoletter": "backoffice.vendors.autoletter.adapter.AutoLetter",
    "lettrlabs": "backoffice.vendors.lettrlabs.adapter.LettrLabs",
    "guaranteed-reviews": "backoffice.vendors.guaranteed_reviews.adapter.GuaranteedReviews",
}
# Addresses that vendors publish, used where no other is given; credentials alone decide whether a vendor is set up.
VENDOR_ADDRESSES = {
    "SIGN_CUSTOMISER": "https://web.signcustomiser.com/api",
    "AUTOLETTER": "https://api.autoletter.eu/v2/orders",
    "LETTRLABS": "https://app.lettrlabs.com/api",
    "GUARANTEED_REVIEWS": "https://api.guaranteed-reviews.com",
}

MYPROMO_URL = env.web_address("MYPROMO_URL", default="")
MYPROMO_CLIENT_ID = env.str("MYPROMO_CLIENT_ID", default="")
MYPROMO_CLIENT_SECRET = env.str("MYPROMO_CLIENT_SECRET", default="")
MYPROMO_FULFILLER_CLIENT_ID = env.str("MYPROMO_FULFILLER_CLIENT_ID", default="")
MYPROMO_FULFILLER_CLIENT_SECRET = env.str("MYPROMO_FULFILLER_CLIENT_SECRET", default="")
MYPROMO_CALLBACK_SECRET = env.str("MYPROMO_CALLBACK_SECRET", default="")
# The secret before the last change: still accepted, so that a rotation loses no callback.
MYPROMO_CALLBACK_SECRET_PREVIOUS = env.str("MYPROMO_CALLBACK_SECRET_PREVIOUS", default="")
MYPROMO_CALLBACK_HEADER = env.str(
    "MYPROMO_CALLBACK_HEADER", default="X-Callback-Secret", pattern="[A-Za-z0-9-]+", shape="the name of a header"
)
MYPROMO_SANDBOX = env.bool("MYPROMO_SANDBOX", default=False)
MYPROMO_REQUESTS_PER_MINUTE = env.float("MYPROMO_REQUESTS_PER_MINUTE", default=450)
MYPROMO_FULFILLER_REQUESTS_PER_MINUTE = env.float("MYPROMO_FULFILLER_REQUESTS_PER_MINUTE", default=450)
# How mypromo calls our sales prices when they are set: its document and its SDK differ.
MYPROMO_SALES_PRICE_KEY = env.str(
    "MYPROMO_SALES_PRICE_KEY", default="retail_prices", pattern="[a-z_]+", shape="a name such as retail_prices"
)
# Items from Amazon Custom are documented as "not available yet": nothing is sent while this is off.
MYPROMO_AMAZON_CUSTOM = env.bool("MYPROMO_AMAZON_CUSTOM", default=False)
MYPROMO_LANGUAGES = env.list("MYPROMO_LANGUAGES", default=["DE", "EN"], pattern="[A-Z]{2}", shape="codes such as DE")
MYPROMO_SHIPPING_FROM = env.str("MYPROMO_SHIPPING_FROM", default="DE", pattern="[A-Z]{2}", shape="a code such as DE")

SIGN_CUSTOMISER_URL = env.web_address("SIGN_CUSTOMISER_URL", default=VENDOR_ADDRESSES["SIGN_CUSTOMISER"])
SIGN_CUSTOMISER_TOKEN = env.str("SIGN_CUSTOMISER_TOKEN", default="")
# Signs what it asks us when a shopper has designed a product; several integrations separate theirs by commas.
# Subscribed webhooks have secrets of their own.
SIGN_CUSTOMISER_INTEGRATION_SECRET = env.str("SIGN_CUSTOMISER_INTEGRATION_SECRET", default="")
SIGN_CUSTOMISER_INTEGRATION_SECRET_PREVIOUS = env.str("SIGN_CUSTOMISER_INTEGRATION_SECRET_PREVIOUS", default="")
SIGN_CUSTOMISER_WEBHOOK_SECRETS = env.list("SIGN_CUSTOMISER_WEBHOOK_SECRETS", default=[])
# What is signed: "timestamp.body", "timestampbody" or "body". Their guide and their API pages differ.
SIGN_CUSTOMISER_SIGNATURE_FORMAT = env.str(
    "SIGN_CUSTOMISER_SIGNATURE_FORMAT", default="timestamp.body", choices=("timestamp.body", "timestampbody", "body")
)
SIGN_CUSTOMISER_SIGNATURE_TOLERANCE = env.float("SIGN_CUSTOMISER_SIGNATURE_TOLERANCE", default=300)
SIGN_CUSTOMISER_REQUESTS_PER_MINUTE = env.float("SIGN_CUSTOMISER_REQUESTS_PER_MINUTE", default=60)
# How long a lost answer to an order waits for `order:created` to tell before a person is asked.
SIGN_CUSTOMISER_ECHO_SECONDS = env.float("SIGN_CUSTOMISER_ECHO_SECONDS", default=900)

# The whole address that AutoLetter shows when its API integration is saved.
AUTOLETTER_URL = env.web_address("AUTOLETTER_URL", default=VENDOR_ADDRESSES["AUTOLETTER"])
AUTOLETTER_TOKEN = env.str("AUTOLETTER_TOKEN", default="")
AUTOLETTER_BATCH_SIZE = env.int("AUTOLETTER_BATCH_SIZE", default=100)
# Sent although no document shows their shape: what was bought, and companies in a field of their own.
AUTOLETTER_SEND_PRODUCTS = env.bool("AUTOLETTER_SEND_PRODUCTS", default=False)
AUTOLETTER_SEND_COMPANY = env.bool("AUTOLETTER_SEND_COMPANY", default=False)
# Letters go to who pays instead of to where the goods go, where these are two addresses.
AUTOLETTER_LETTERS_TO_INVOICE = env.bool("AUTOLETTER_LETTERS_TO_INVOICE", default=False)
# Its totals carry no currency: orders in another one are not sent.
AUTOLETTER_CURRENCY = env.str("AUTOLETTER_CURRENCY", default="EUR", pattern="[A-Z]{3}", shape="a code such as EUR")
AUTOLETTER_REQUESTS_PER_MINUTE = env.float("AUTOLETTER_REQUESTS_PER_MINUTE", default=60)

LETTRLABS_URL = env.web_address("LETTRLABS_URL", default=VENDOR_ADDRESSES["LETTRLABS"])
LETTRLABS_API_KEY = env.str("LETTRLABS_API_KEY", default="")
# Off: everything up to the proof and the price, but nothing is ever paid.
LETTRLABS_CHECKOUT = env.bool("LETTRLABS_CHECKOUT", default=True)
LETTRLABS_REQUESTS_PER_MINUTE = env.float("LETTRLABS_REQUESTS_PER_MINUTE", default=120)
# Seconds before a payment is asked for, where the vendor names none; and between looks at cards on their way.
LETTRLABS_POLL_AFTER = env.float("LETTRLABS_POLL_AFTER", default=30)
LETTRLABS_POLL_SECONDS = env.float("LETTRLABS_POLL_SECONDS", default=3600)
# Sales are reported without a currency: orders in another one are not.
LETTRLABS_CURRENCY = env.str("LETTRLABS_CURRENCY", default="USD", pattern="[A-Z]{3}", shape="a code such as USD")

GUARANTEED_REVIEWS_URL = env.web_address("GUARANTEED_REVIEWS_URL", default=VENDOR_ADDRESSES["GUARANTEED_REVIEWS"])
# One private key for each shop and language: SHOP=site/language/secret, separated by commas.
GUARANTEED_REVIEWS_KEYS = env.list(
    "GUARANTEED_REVIEWS_KEYS", pattern=r"[^=\s]+=[^/\s]+/[^/\s]+/\S+", shape="keys such as WEB=12/de/secret"
)
# Keys that only read published reviews: SHOP=key or SHOP/language=key.
GUARANTEED_REVIEWS_PUBLIC_KEYS = env.list(
    "GUARANTEED_REVIEWS_PUBLIC_KEYS", pattern=r"[^=\s]+=\S+", shape="keys such as WEB=key or WEB/de=key"
)
GUARANTEED_REVIEWS_BATCH_SIZE = env.int("GUARANTEED_REVIEWS_BATCH_SIZE", default=50)
# "form" as their document shows, or "json" as their own modules send.
GUARANTEED_REVIEWS_ENCODING = env.str("GUARANTEED_REVIEWS_ENCODING", default="form", choices=("form", "json"))
# Addresses by which marketplaces relay e-mail, as patterns: their customers are not invited.
GUARANTEED_REVIEWS_RELAY_ADDRESSES = env.list(
    "GUARANTEED_REVIEWS_RELAY_ADDRESSES",
    pattern=r"[^@\s]+@[^@\s]+",
    shape="patterns of addresses such as *@example.com",
    default=["*@marketplace.amazon.*", "*@members.ebay.*", "*@relay.walmart.com", "*@*.mirakl.net"],
)
# Calls to read published ratings, in one run of the task; the next run goes on where it stopped.
GUARANTEED_REVIEWS_RATINGS_PER_RUN = env.int("GUARANTEED_REVIEWS_RATINGS_PER_RUN", default=200)
GUARANTEED_REVIEWS_REQUESTS_PER_MINUTE = env.float("GUARANTEED_REVIEWS_REQUESTS_PER_MINUTE", default=60)

# Print files and documents may live on loopback addresses and plain http: for the sandbox only.
ALLOW_PRIVATE_FILE_HOSTS = env.bool("ALLOW_PRIVATE_FILE_HOSTS", default=False)

VENDOR_CONNECT_TIMEOUT = env.float("VENDOR_CONNECT_TIMEOUT", default=5)
VENDOR_READ_TIMEOUT = env.float("VENDOR_READ_TIMEOUT", default=30)
PUSH_LEASE_SECONDS = env.float("PUSH_LEASE_SECONDS", default=180)
PUSH_SETTLE_SECONDS = env.float("PUSH_SETTLE_SECONDS", default=120)
PUSH_RETRY_LADDER = env.floats("PUSH_RETRY_LADDER", default=[2, 5, 15, 60, 300, 900])
# After that long without a proof, an unknown outcome is handed to a person.
PUSH_UNKNOWN_HOURS = env.float("PUSH_UNKNOWN_HOURS", default=24)
# Seconds between the times that a vendor is asked for a batch of changes; the last one repeats.
JOB_POLL_LADDER = env.floats("JOB_POLL_LADDER", default=[60, 120, 300, 900, 3600])
# After that long without an end, a batch is handed to a person and its values are read back.
JOB_SILENT_HOURS = env.float("JOB_SILENT_HOURS", default=24)

# Customers who bought at a marketplace are neither sent letters nor asked for reviews. Their addresses are known by
# these domains, or beginnings of domains ("marketplace.amazon" of .de, .co.uk ...).
RELAY_DOMAINS = env.list(
    "RELAY_DOMAINS",
    pattern=r"[\w.-]+",
    shape="domains or their beginnings",
    default=[
        "marketplace.amazon", "members.ebay", "kaufland-marktplatz.de", "marketplace.otto.market", "otto.market",
        "message.etsy.com", "relay.walmart.com", "message.cdiscount.com", "notifications.galaxus.com",
        "marketplace.bol.com", "verkopen.bol.com",
    ],
)  # fmt: skip

# A rule on a schedule looks at open orders, and at those received within so many days.
RULES_SCHEDULE_DAYS = env.int("RULES_SCHEDULE_DAYS", default=90)
# Two orders with the same recipient and lines within that time may be one: the second waits for a person; 0 = off.
ORDER_LOOKALIKE_MINUTES = env.float("ORDER_LOOKALIKE_MINUTES", default=0, least=0)

# --- Files and designs ------------------------------------------------------------------------------------------------
# How long an address of a print file or slip serves it; mypromo fetches some time after an order is submitted.
FILE_LINK_DAYS = env.float("FILE_LINK_DAYS", default=14)
# Print files are fetched and measured before an order goes. Off where they live on hosts that do not exist.
CHECK_PRINT_FILES = env.bool("CHECK_PRINT_FILES", default=PRODUCTION and not MYPROMO_SANDBOX)
# Password of the address where vendors ask for labels; empty: no order names it, and nobody gets an answer.
LABEL_SECRET = env.str("LABEL_SECRET", default="")
# Which class finds a vendor order's label: see orders/services/files/generic_labels.py.
LABEL_SOURCE = env.str(
    "LABEL_SOURCE",
    default="orders.services.files.generic_labels.SuppliedLabels",
    pattern=r"\w+(\.\w+)+",
    shape="the dotted path of a class",
)
# Seconds a vendor's editor may take while a customer waits for it.
DESIGN_SECONDS = env.float("DESIGN_SECONDS", default=8)

# --- REST API ---------------------------------------------------------------------------------------------------------
# Description and browsable page of the API, which anybody may read who reaches us.
API_DOCS = env.bool("API_DOCS", default=not PRODUCTION)
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
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
    "POSTPROCESSING_HOOKS": [],
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
}

# --- Sign-in and security ---------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if "pytest" in sys.modules:  # a strong hash takes a second of every sign-in, and tests sign in hundreds of times
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 1
AXES_VERBOSE = False
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_HANDLER = "backoffice.sign_in_guard.SignInGuard"
AXES_CLIENT_IP_CALLABLE = "backoffice.client_address.sign_in_address"
# Masked in what is kept of a failed sign-in.
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "csrfmiddlewaretoken"]
# Failed sign-ins of one address within an hour, whatever the names.
SIGN_IN_FAILURES_PER_ADDRESS = 30
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
SECURE_HTTPS = _public.scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_HTTPS
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=SECURE_HTTPS)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000 if SECURE_HTTPS else 0, least=0)
# Both speak for hosts that are not ours: other subdomains, and for years to come. See docs/production.md.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=False)
# Django asks for both.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
# Health checks come from the orchestrator inside, over plain http.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
X_FRAME_OPTIONS = "DENY"

# --- Language, files, log ---------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["backoffice.formats"]
TIME_ZONE = env.zone("TIME_ZONE", default="Europe/Berlin")
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "media"
TESTING = "pytest" in sys.modules
STORAGES = {
    "default": {"BACKEND": "backoffice.services.files.KeepingStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# Asked for by /metrics as a bearer token; empty: only loopback may read it.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO", choices=("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "mask": {"()": "backoffice.masking.MaskSecrets"},
        "request": {"()": "backoffice.request_id.NameRequest"},
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

# --- What our own processes listen on; the Procfile and gunicorn.conf.py read the same variables ----------------------
BIND = env.str("BIND", default="127.0.0.1", pattern=r"unix:/\S+|[\w.:\[\]-]+", shape="an address, or unix:/path")
PORT = env.int("PORT", default=8000, most=65535)
SANDBOX_PORT = env.int("SANDBOX_PORT", default=8100, most=65535)
WEB_WORKERS = env.int("WEB_WORKERS", default=2, most=1000)
WEB_THREADS = env.int("WEB_THREADS", default=4, most=1000)
REQUEST_SECONDS = env.float("REQUEST_SECONDS", default=10)
CELERY_CONCURRENCY = env.int("CELERY_CONCURRENCY", default=4, most=1000)

# --- Refused ----------------------------------------------------------------------------------------------------------
if PRODUCTION:
    for _name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ENCRYPTION_KEYS", "PUBLIC_URL"):
        if not env.has(_name):
            env.fault(_name, "is not set, and PRODUCTION=1 takes no default that is meant for development.")
    if DEBUG:
        env.fault("DEBUG", "shows secrets to everybody, and PRODUCTION=1 refuses it.")
# The values that let somebody in from outside, and how many characters each has to have; 0 where a vendor makes it.
INCOMING_SECRETS = {
    "SECRET_KEY": ([SECRET_KEY], 50),
    "SECRET_KEY_FALLBACKS": (SECRET_KEY_FALLBACKS, 50),
    # Older keys only open what is not sealed anew yet.
    "ENCRYPTION_KEYS": (ENCRYPTION_KEYS[:1], 44),
    "MYPROMO_CALLBACK_SECRET": ([MYPROMO_CALLBACK_SECRET], 24),
    "MYPROMO_CALLBACK_SECRET_PREVIOUS": ([MYPROMO_CALLBACK_SECRET_PREVIOUS], 24),
    "SIGN_CUSTOMISER_INTEGRATION_SECRET": (SIGN_CUSTOMISER_INTEGRATION_SECRET.split(","), 0),
    "SIGN_CUSTOMISER_INTEGRATION_SECRET_PREVIOUS": (SIGN_CUSTOMISER_INTEGRATION_SECRET_PREVIOUS.split(","), 0),
    "SIGN_CUSTOMISER_WEBHOOK_SECRETS": (SIGN_CUSTOMISER_WEBHOOK_SECRETS, 0),
    "LABEL_SECRET": ([LABEL_SECRET], 24),
    "METRICS_TOKEN": ([METRICS_TOKEN], 16),
}
REACHED_AT = ["PRODUCTION=1"] if PRODUCTION else [_public.hostname or "", *ALLOWED_HOSTS, BIND]
for _name, _text in find_weak_secrets(INCOMING_SECRETS, hosts=REACHED_AT):
    env.fault(_name, _text)
env.stop_if_faulty()

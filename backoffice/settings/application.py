"""What Django is made of here: apps, middleware, templates, and the look of the staff pages."""

from backoffice.settings.base import BASE_DIR
from backoffice.staff.unfold import UNFOLD

__all__ = ["INSTALLED_APPS", "MIDDLEWARE", "ROOT_URLCONF", "TEMPLATES", "UNFOLD", "WSGI_APPLICATION"]

INSTALLED_APPS = [
    "backoffice",
    "backoffice.engine",
    "backoffice.accounts",
    "backoffice.privacy",
    "backoffice.vendor_accounts",
    "backoffice.jobs",
    "backoffice.audit",
    "backoffice.mail",
    "backoffice.signin",
    "backoffice.webhooks",
    "catalog",
    "fulfillment",
    "orders",
    "orders.customers",
    "orders.drafts",
    "orders.importing",
    "orders.rules",
    "orders.conversation",
    "orders.marketing",
    "orders.complaints",
    "orders.connectors.woocommerce",
    "backoffice.dashboard",
    "backoffice.handbook",
    "backoffice.staff",
    "backoffice.demo",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    # The staff pages are loaded by `urls.py`: workers and commands have no use for them.
    "backoffice.staff.apps.StaffSiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "axes",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "rest_framework_api_key",
]

MIDDLEWARE = [
    "backoffice.web.frame_room.keep_frame_room",
    "backoffice.web.request_id.RequestId",
    "backoffice.web.access_log.AccessLog",
    "backoffice.audit.middleware.NameActor",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "backoffice.web.middleware.PermissionsPolicy",
    "backoffice.web.middleware.KeptByNobody",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "backoffice.web.middleware.CompressPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "backoffice.signin.middleware.NoteUse",
    "django.middleware.locale.LocaleMiddleware",
    "backoffice.web.middleware.ReadersZone",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "backoffice.web.writes.NoteWrites",
    "backoffice.accounts.middleware.ReadersShops",
    "django.contrib.messages.middleware.MessageMiddleware",
    "backoffice.web.middleware.ReadersRights",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "backoffice.signin.middleware.SignInGate",
    "backoffice.audit.middleware.NoteReads",
    "axes.middleware.AxesMiddleware",
    "backoffice.web.unavailable.AnswerUnavailable",
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

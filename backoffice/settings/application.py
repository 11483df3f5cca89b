"""What Django is made of here: apps, middleware, templates, and the look of the staff pages."""

from backoffice.settings.base import BASE_DIR
from backoffice.staff.unfold import UNFOLD

__all__ = ["INSTALLED_APPS", "MIDDLEWARE", "ROOT_URLCONF", "TEMPLATES", "UNFOLD", "WSGI_APPLICATION"]

INSTALLED_APPS = [
    "backoffice",
    "backoffice.engine",
    "backoffice.accounts",
    "backoffice.jobs",
    "backoffice.mail",
    "catalog",
    "fulfillment",
    "orders",
    "orders.customers",
    "orders.drafts",
    "orders.rules",
    "orders.conversation",
    "orders.marketing",
    "orders.complaints",
    "backoffice.dashboard",
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
    "axes",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "rest_framework_api_key",
]

MIDDLEWARE = [
    "backoffice.web.request_id.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "backoffice.web.middleware.ReadersZone",
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

"""The project's settings, but for what tests cannot wait for."""

from backoffice.settings import *  # noqa: F403
from backoffice.settings.files import STORAGES as OF_THE_PROJECT

# A strong hash takes a second of every sign-in, and tests sign in hundreds of times.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# No test collects the static files, so there is no manifest of them.
STORAGES = OF_THE_PROJECT | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Tests look at what was read when they have asked for it to be written.
AUDIT_READS_THREAD = False

"""The project's settings, but for what tests cannot wait for."""

from backoffice.settings import *  # noqa: F403

# A strong hash takes a second of every sign-in, and tests sign in hundreds of times.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# No test collects the static files, so there is no manifest of them.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

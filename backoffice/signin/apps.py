"""Registers sign-in with Django."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy


class SignInConfig(AppConfig):
    name = "backoffice.signin"
    verbose_name = gettext_lazy("Sign-in")

    def ready(self) -> None:
        """Listen to what signs in, and let workers know the mails."""
        import_module("backoffice.signin.receivers")
        # What is left of Django's own pages of users stands under the heading of ours.
        apps.get_app_config("auth").verbose_name = gettext_lazy("Staff")
        resealing: Any = import_module("backoffice.engine.services.resealing")
        resealing.SEALED_KEYS += [("mfa.authenticator", "data", "secret"), ("mfa.authenticator", "data", "seed")]
        import_module("backoffice.signin.services.mails")
        import_module("backoffice.signin.services.diagnosis")

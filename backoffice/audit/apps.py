"""Registers the audit trail with Django."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import pgettext_lazy


class AuditConfig(AppConfig):
    name = "backoffice.audit"
    verbose_name = pgettext_lazy("privacy", "Audit trail")

    def ready(self) -> None:
        """Give each table its triggers at the end of each `migrate`, say which have none, and listen to decisions."""
        from backoffice import acting
        from backoffice.audit.services.coverage import unwatched_tables

        acting.unwatched.update(unwatched_tables())
        import_module("backoffice.audit.services.deciding")
        import_module("backoffice.audit.services.diagnosis")
        post_migrate.connect(_install, sender=self, dispatch_uid="backoffice.audit")


def _install(using: str, **_signal: Any) -> None:
    from backoffice.audit.services.triggers import install

    install(using)

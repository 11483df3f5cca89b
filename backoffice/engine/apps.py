"""Registers the engine with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class EngineConfig(AppConfig):
    name = "backoffice.engine"
    verbose_name = gettext_lazy("Outgoing requests")

"""Registers the engine with Django."""

from django.apps import AppConfig


class EngineConfig(AppConfig):
    name = "backoffice.engine"
    verbose_name = "Engine"

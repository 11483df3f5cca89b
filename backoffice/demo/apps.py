"""Registers the commands that show the system on one machine."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "backoffice.demo"
    verbose_name = "Demo"

"""Registers the pages that show several apps at once with Django."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "backoffice.dashboard"
    label = "dashboard"
    verbose_name = "Dashboard"

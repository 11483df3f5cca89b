"""Registers complaints with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class ComplaintsConfig(AppConfig):
    name = "orders.complaints"
    verbose_name = gettext_lazy("Complaints")

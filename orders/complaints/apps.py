"""Registers complaints with Django."""

from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    name = "orders.complaints"
    verbose_name = "Complaints"

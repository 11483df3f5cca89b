"""Registers imports of orders with Django."""

from django.apps import AppConfig


class ImportingConfig(AppConfig):
    name = "orders.importing"
    verbose_name = "Imports"

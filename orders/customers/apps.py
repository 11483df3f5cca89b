"""Registers customers with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class CustomersConfig(AppConfig):
    name = "orders.customers"
    verbose_name = gettext_lazy("Customers")

"""Registers customers with Django."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "orders.customers"
    verbose_name = "Customers"

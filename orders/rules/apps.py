"""Registers the rules of orders with Django."""

from django.apps import AppConfig


class RulesConfig(AppConfig):
    name = "orders.rules"
    verbose_name = "Rules"

"""Registers the rules of orders with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class RulesConfig(AppConfig):
    name = "orders.rules"
    verbose_name = gettext_lazy("Rules")

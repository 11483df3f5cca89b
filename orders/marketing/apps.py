"""Registers campaigns and exports with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class MarketingConfig(AppConfig):
    name = "orders.marketing"
    verbose_name = gettext_lazy("Marketing")

"""Registers campaigns and exports with Django."""

from django.apps import AppConfig


class MarketingConfig(AppConfig):
    name = "orders.marketing"
    verbose_name = "Marketing"

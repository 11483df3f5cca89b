"""Registers drafts of orders with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class DraftsConfig(AppConfig):
    name = "orders.drafts"
    verbose_name = gettext_lazy("Drafts")

"""Registers drafts of orders with Django."""

from django.apps import AppConfig


class DraftsConfig(AppConfig):
    name = "orders.drafts"
    verbose_name = "Drafts"

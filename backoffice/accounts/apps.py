"""Registers shops, keys and staff with Django."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "backoffice.accounts"
    verbose_name = "Accounts"

"""Registers shops, keys and staff with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class AccountsConfig(AppConfig):
    name = "backoffice.accounts"
    verbose_name = gettext_lazy("Shops")

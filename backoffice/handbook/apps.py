"""Registers the handbook with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class HandbookConfig(AppConfig):
    name = "backoffice.handbook"
    verbose_name = gettext_lazy("Handbook")

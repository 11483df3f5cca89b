"""Registers jobs with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class JobsConfig(AppConfig):
    name = "backoffice.jobs"
    verbose_name = gettext_lazy("Jobs")

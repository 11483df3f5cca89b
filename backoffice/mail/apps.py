"""Registers mail with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class MailConfig(AppConfig):
    name = "backoffice.mail"
    verbose_name = gettext_lazy("E-mails")

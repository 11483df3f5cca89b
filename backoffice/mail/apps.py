"""Registers mail with Django."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "backoffice.mail"
    verbose_name = "Mail"

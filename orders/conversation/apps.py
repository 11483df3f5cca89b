"""Registers conversation with Django."""

from django.apps import AppConfig


class ConversationConfig(AppConfig):
    name = "orders.conversation"
    verbose_name = "Conversation"

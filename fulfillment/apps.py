"""Production, shipments and their reference data as an app of Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class FulfillmentConfig(AppConfig):
    name = "fulfillment"
    verbose_name = gettext_lazy("Production")

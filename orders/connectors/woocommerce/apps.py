"""Registers WooCommerce with Django."""

from django.apps import AppConfig


class WooCommerceConfig(AppConfig):
    name = "orders.connectors.woocommerce"
    verbose_name = "WooCommerce"

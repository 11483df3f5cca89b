"""The staff pages of WooCommerce shops."""

from orders.connectors.woocommerce.admin import connections, messages, products, sendings, tables

__all__ = ["connections", "messages", "products", "sendings", "tables"]

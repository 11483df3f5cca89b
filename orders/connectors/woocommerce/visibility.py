"""Whose rows of WooCommerce are whose: the shop's that is connected."""

from backoffice.visibility import register
from orders.connectors.woocommerce.models import (
    WooConnection,
    WooMessage,
    WooOrder,
    WooProduct,
    WooProductTable,
    WooSending,
)

register(WooConnection, "shop")
for _model in (WooMessage, WooOrder, WooProduct, WooProductTable):
    register(_model, "connection__shop")
register(WooSending, "woo_order__connection__shop")

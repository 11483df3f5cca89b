"""What is kept of WooCommerce shops."""

from orders.connectors.woocommerce.models.connection import WooConnection
from orders.connectors.woocommerce.models.message import MessageState, WooMessage
from orders.connectors.woocommerce.models.order import WooOrder
from orders.connectors.woocommerce.models.product import WooProduct
from orders.connectors.woocommerce.models.sending import SendingKind, SendingState, WooSending
from orders.connectors.woocommerce.models.table import WooProductTable, WooTableState

__all__ = [
    "MessageState",
    "SendingKind",
    "SendingState",
    "WooConnection",
    "WooMessage",
    "WooOrder",
    "WooProduct",
    "WooProductTable",
    "WooSending",
    "WooTableState",
]

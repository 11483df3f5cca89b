"""Where WooCommerce takes part in the way of an order."""

from orders.connectors.woocommerce.services.queueing import FOLLOWED, follow
from orders.services.hooks import follow_events

follow_events(FOLLOWED, follow)

"""What is to be done before the orders of a shop come in, as its page shows it."""

from collections.abc import Iterator
from typing import NamedTuple

from backoffice.text.translatable import gettext as _
from orders.connectors.woocommerce.models import WooConnection
from orders.connectors.woocommerce.services.stock_levels import ProductCount


class SetupStep(NamedTuple):
    """One thing to be done, and how it stands."""

    title: str
    text: str
    is_done: bool


def is_set_up(connection: WooConnection) -> bool:
    """Return whether all was done that one press does."""
    return connection.webhooks_at is not None and bool(connection.products_page or connection.products_read_at)


def steps_of(connection: WooConnection, count: ProductCount) -> Iterator[SetupStep]:
    """Yield the steps in their order."""
    times = (connection.pulled_at, connection.webhook_at, connection.webhooks_at, connection.products_read_at)
    text = _("Address and key are correct, and the key can read and write.")
    yield SetupStep(_("WooCommerce access works"), text, is_done=any(times) and connection.failing_since is None)
    text = _("Orders arrive within seconds. Those that a webhook misses are read every ten minutes.")
    yield SetupStep(_("Webhooks are set up"), text, is_done=connection.webhooks_at is not None)
    text = _("New products, names and SKUs are read once a day.")
    if connection.products_page:
        text = _("They are being read; a large shop takes a few minutes.")
    is_read = connection.products_read_at is not None and not connection.products_page
    yield SetupStep(_("Products are read"), text, is_done=is_read)
    text = _("Orders with products without our SKU wait in the inbox and are imported once they have one.")
    yield SetupStep(_("Products are mapped to our SKUs"), text, is_done=is_read and not count.unmapped)

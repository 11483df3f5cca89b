"""What workers do for WooCommerce shops."""

import time

from celery import shared_task

from backoffice.engine.services.task_queue import WEBHOOKS_QUEUE, enqueue_soon
from orders.connectors.woocommerce.services import keeping, processing, pulling, sending, shop_products, stock_sending
from orders.connectors.woocommerce.services.queueing import SEND
from orders.connectors.woocommerce.services.receiving import PROCESS_MESSAGES
from orders.connectors.woocommerce.services.shop_products import READ_PRODUCTS
from orders.connectors.woocommerce.services.stock_sending import SEND_STOCK

SECONDS = 60


@shared_task(name=PROCESS_MESSAGES)
def process_messages() -> None:
    """Make orders of what came, until nothing waits or for a minute."""
    deadline = time.monotonic() + SECONDS
    while processing.process_next() and time.monotonic() < deadline:
        pass


@shared_task(name=SEND)
def send() -> None:
    """Send what is due; end the leases of lost workers."""
    sending.end_expired_leases()
    sending.send_due(seconds=SECONDS)


@shared_task(name=SEND_STOCK)
def send_stock() -> None:
    """Send the stock that shops do not have like that, to each as much as it may be sent in a minute."""
    stock_sending.send_stock_due(seconds=SECONDS)


@shared_task(name=READ_PRODUCTS)
def read_products() -> None:
    """Read products of shops, some pages of them."""
    if shop_products.read_products_due(seconds=SECONDS):
        enqueue_soon(READ_PRODUCTS, queue=WEBHOOKS_QUEUE)


@shared_task(name="orders.connectors.woocommerce.tasks.pull")
def pull() -> None:
    """Read what webhooks missed, and switch disabled ones on again."""
    pulling.pull_due(seconds=SECONDS)
    keeping.keep_webhooks(seconds=SECONDS)
    enqueue_soon(SEND, queue=WEBHOOKS_QUEUE)


@shared_task(name="orders.connectors.woocommerce.tasks.clear_messages")
def clear_messages() -> None:
    """Delete messages that have long been dealt with."""
    keeping.clear_old_messages()

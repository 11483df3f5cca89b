"""Reading the products of a shop, so that they can be mapped before the first order has them: page by page, resumable
after each, and once a day again.

What a product is here is given by staff alone: reading changes its name and its SKU there, nothing else. Where the
stock there is not what was sent, it is sent again.
"""

import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from backoffice.engine.services.task_queue import WEBHOOKS_QUEUE, enqueue_soon_on_commit
from orders.connectors.woocommerce.models import WooConnection, WooProduct
from orders.connectors.woocommerce.services import health
from orders.connectors.woocommerce.services.client import WooClient, WooRefused, WooUnavailable
from orders.connectors.woocommerce.services.mapping import Key, accept_proposals, keep_products

READ_PRODUCTS = "orders.connectors.woocommerce.tasks.read_products"
# Each may have variations, which are a request of their own: a page has to be read within a task.
PER_PAGE = 20
MOST_VARIATIONS = 100
# What has no goods of its own: a group, or a link to another shop. Of variable ones only the variations are bought.
_NOT_SOLD = frozenset({"grouped", "external"})
_FIELDS = "id,name,type,sku,manage_stock,stock_quantity"
_VARIATION_FIELDS = "id,sku,attributes,manage_stock,stock_quantity"
# What reading changes.
_OF_THE_SHOP = ("woo_sku", "name")


def request_products(connection: WooConnection) -> None:
    """Have its products read from the beginning."""
    WooConnection.objects.filter(pk=connection.pk).update(products_page=1)
    enqueue_soon_on_commit(READ_PRODUCTS, queue=WEBHOOKS_QUEUE)


def read_products_due(*, seconds: float = 60) -> bool:
    """Read what was asked for, and shops that were read long ago. Return whether there is more to read."""
    _ask_again()
    deadline = time.monotonic() + seconds
    for connection in health.usable().filter(products_page__gt=0).select_related("shop").order_by("products_read_at"):
        try:
            while connection.products_page and time.monotonic() < deadline:
                read_page(connection)
        except WooUnavailable as error:
            health.note_failure(connection, error)
        except WooRefused as error:
            # Nothing gets better by asking again at once: the next day does.
            _move_on(connection, page=0)
            refused = WooUnavailable(error.text)
            health.note_failure(connection, refused)
    return health.usable().filter(products_page__gt=0).exists()


def read_page(connection: WooConnection) -> int:
    """Read the next page. Return how many products are new. Raise WooRefused, WooUnavailable: then it is read again."""
    client, page = WooClient(connection), connection.products_page
    found = client.rows("products", per_page=str(PER_PAGE), page=str(page), orderby="id", order="asc", _fields=_FIELDS)
    products = [product for row in found if isinstance(row, dict) for product in _sold(client, row)]
    health.note_success(connection.pk)
    new = _keep(connection, {(row.product_id, row.variation_id): row for row in products})
    _move_on(connection, page=page + 1 if len(found) >= PER_PAGE else 0)
    return new


def _ask_again() -> None:
    before = timezone.now() - timedelta(hours=settings.WOOCOMMERCE_PRODUCT_HOURS)
    # One that was never read waits until somebody has seen that the connection works.
    WooConnection.objects.filter(active=True, products_page=0, products_read_at__lt=before).update(products_page=1)


def _sold(client: WooClient, row: Mapping[str, Any]) -> Iterator[WooProduct]:
    """Yield the product, or its variations."""
    key, kind, name = row.get("id"), row.get("type"), str(row.get("name") or "")
    if not isinstance(key, int) or kind in _NOT_SOLD:
        return
    if kind != "variable":
        yield _product(row, product_id=key, variation_id=0, name=name)
        return
    page = 1
    while True:
        path = f"products/{key}/variations"
        try:
            found = client.rows(path, per_page=str(MOST_VARIATIONS), page=str(page), _fields=_VARIATION_FIELDS)
        except WooRefused:
            # Deleted while its page was read.
            return
        for one in found:
            if isinstance(one, dict) and isinstance(one.get("id"), int):
                yield _product(one, product_id=key, variation_id=one["id"], name=_variation_name(name, one))
        if len(found) < MOST_VARIATIONS:
            return
        page += 1


def _product(row: Mapping[str, Any], *, product_id: int, variation_id: int, name: str) -> WooProduct:
    """Return the product as it stands there; its stock is what it has there."""
    product = WooProduct(product_id=product_id, variation_id=variation_id, name=name[:500])
    product.woo_sku = str(row.get("sku") or "")[:200]
    quantity = row.get("stock_quantity")
    is_counted = row.get("manage_stock") is True and isinstance(quantity, int)
    product.sent_stock = quantity if is_counted else None
    return product


def _variation_name(name: str, row: Mapping[str, Any]) -> str:
    chosen = [one.get("option") for one in row.get("attributes") or [] if isinstance(one, dict)]
    return f"{name} – {', '.join(map(str, filter(None, chosen)))}" if any(chosen) else name


@transaction.atomic
def _keep(connection: WooConnection, found: Mapping[Key, WooProduct]) -> int:
    """Have the products in the table; return how many are new."""
    ids = {product_id for product_id, _variation in found}
    rows = WooProduct.objects.filter(connection=connection, product_id__in=ids).select_for_update()
    known = {(row.product_id, row.variation_id): row for row in rows.order_by("pk")}
    new = [row for key, row in found.items() if key not in known]
    for row in new:
        row.connection, row.sent_stock = connection, None
    keep_products(new)
    both = [(known[key], row) for key, row in found.items() if key in known]
    _bring_up_to_date(both)
    if connection.send_stock:
        differing = [ours.pk for ours, row in both if ours.stock_is_sent and ours.sent_stock != row.sent_stock]
        WooProduct.objects.filter(pk__in=differing).update(stock_is_sent=False)
    if connection.use_equal_skus:
        accept_proposals(connection, actor="woocommerce")
    return len(new)


def _bring_up_to_date(both: list[tuple[WooProduct, WooProduct]]) -> None:
    changed = []
    for ours, row in both:
        if any(getattr(ours, name) != getattr(row, name) for name in _OF_THE_SHOP):
            for name in _OF_THE_SHOP:
                setattr(ours, name, getattr(row, name))
            changed.append(ours)
    WooProduct.objects.bulk_update(changed, _OF_THE_SHOP)


def _move_on(connection: WooConnection, *, page: int) -> None:
    """Keep which page is next, unless somebody has begun again meanwhile."""
    rows = WooConnection.objects.filter(pk=connection.pk, products_page=connection.products_page)
    values: dict[str, Any] = {"products_page": page} | ({} if page else {"products_read_at": timezone.now()})
    if rows.update(**values):
        connection.products_page = page
    else:
        connection.refresh_from_db(fields=["products_page"])

"""Shops on WooCommerce: connections, products, orders that came, and what was sent."""

from backoffice.accounts.models import Shop
from orders.connectors.woocommerce.models import (
    MessageState,
    SendingKind,
    SendingState,
    WooConnection,
    WooMessage,
    WooOrder,
    WooProduct,
    WooProductTable,
    WooSending,
    WooTableState,
)
from tests.browser.hostile.seeding import Scene
from tests.browser.hostile.words import ACTOR, HOSTILE, LONG, at_place, bulk


def fill(scene: Scene, count: int) -> None:
    # A shop has one, however often it is seeded.
    connections = list(WooConnection.objects.filter(shop__in=scene.shops))
    connections = connections or bulk([_connection(scene, shop, n) for n, shop in enumerate(scene.shops)])
    some = max(len(HOSTILE), count // 10)
    first = WooProduct.objects.count()
    bulk([_product(at_place(connections, n), n) for n in range(first, first + some)])
    bulk([_message(scene, at_place(connections, n), n) for n in range(some)])
    bulk([_table(at_place(connections, n), n) for n in range(len(HOSTILE))])
    orders = bulk(
        [
            WooOrder(connection=at_place(connections, n), woo_id=order.pk, order=order, status=LONG[:40])
            for n, order in enumerate(scene.orders[:some])
        ]
    )
    bulk([_sending(order, n) for n, order in enumerate(orders)])


def _connection(scene: Scene, shop: Shop, place: int) -> WooConnection:
    return WooConnection(
        shop=shop,
        url=f"https://woo.example.com/{LONG}"[:500],
        credentials={"key": "k", "secret": "s"},
        secret="s",
        active=place % 3 != 2,
        created_by=ACTOR,
        pull_after=scene.now,
        failing_since=scene.now if place % 2 else None,
        last_failure=at_place(HOSTILE, place),
        needs_attention=place % 2 == 1,
        send_stock=True,
        stock_cause=at_place(HOSTILE, place),
        stock_failures=place * 3,
    )


def _product(connection: WooConnection, place: int) -> WooProduct:
    return WooProduct(
        connection=connection,
        product_id=place,
        woo_sku=LONG[:200],
        name=at_place(HOSTILE, place)[:500],
        sku="" if place % 2 else LONG[:100],
        changed_by=ACTOR,
        sent_stock=place if place % 4 else None,
        stock_is_sent=place % 3 == 0,
        stock_cause=at_place(HOSTILE, place) if place % 3 == 1 else "",
    )


def _table(connection: WooConnection, place: int) -> WooProductTable:
    text = at_place(HOSTILE, place)
    return WooProductTable(
        connection=connection,
        file_name=text[:200],
        state=at_place(list(WooTableState), place),
        counts={"rows": 20_000, "changed": 1, "unchanged": 5, "blank": 3, "problems": 900},
        problems=[{"row": 17, "product": LONG[:200], "text": text}],
        requests={str(key): LONG[:100] for key in connection.products.values_list("pk", flat=True)[:3]},
        created_by=ACTOR,
        decided_by=ACTOR,
    )


def _message(scene: Scene, connection: WooConnection, place: int) -> WooMessage:
    state = at_place(list(MessageState), place)
    return WooMessage(
        connection=connection,
        dedup_key=f"{scene.mark}:{place}",
        body=b"{}",
        number=at_place(HOSTILE, place)[:50],
        order=at_place(scene.orders, place),
        state=state,
        cause=at_place(HOSTILE, place),
        needs_attention=state == MessageState.BLOCKED,
        decided_by=ACTOR,
    )


def _sending(order: WooOrder, place: int) -> WooSending:
    state = at_place(list(SendingState), place)
    return WooSending(
        woo_order=order,
        kind=SendingKind.STATUS,
        status=LONG[:40],
        state=state,
        cause=at_place(HOSTILE, place),
        needs_attention=state == SendingState.FAILED,
        decided_by=ACTOR,
    )

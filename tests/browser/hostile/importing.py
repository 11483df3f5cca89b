"""Imports of orders in every state, with an order of every outcome."""

from orders.importing.models import ImportedOrder, ImportOutcome, ImportProfile, ImportState, OrderImport
from tests.browser.hostile.seeding import Scene
from tests.browser.hostile.words import ACTOR, HOSTILE, LONG, at_place, bulk


def fill(scene: Scene, count: int) -> None:
    tables = bulk([_table(scene, place) for place in range(len(HOSTILE) + len(ImportState))])
    some = max(len(HOSTILE), count // 10)
    read = [table for table in tables if table.state == ImportState.READ]
    for table in read:
        bulk([_order(scene, table, place) for place in range(some)])
    known = set(ImportProfile.objects.values_list("shop", flat=True))
    bulk([ImportProfile(shop=shop, columns={LONG: "sku"}) for shop in scene.shops if shop.pk not in known])


def _table(scene: Scene, place: int) -> OrderImport:
    state = at_place(list(ImportState), place)
    return OrderImport(
        shop=at_place(scene.shops, place),
        file_name=at_place(HOSTILE, place)[:200],
        content=b"reference,sku\n1,2",
        state=state,
        problem=at_place(HOSTILE, place) if state in (ImportState.REFUSED, ImportState.UNMAPPED) else "",
        columns=[
            {"place": column, "name": at_place(HOSTILE, column)[:200], "samples": [at_place(HOSTILE, column + 1)[:40]]}
            for column in range(4)
        ],
        mapping={"0": "reference", "1": "sku"},
        sheets=[LONG[:31], "Orders"] if place % 2 else [],
        formats={"separator": ";", "encoding": "cp1252", "decimal": ",", "sheet": "Orders"},
        row_count=1_234_567,
        order_count=7,
        created_by=ACTOR,
    )


def _order(scene: Scene, table: OrderImport, place: int) -> ImportedOrder:
    outcome = at_place(list(ImportOutcome), place)
    text = at_place(HOSTILE, place)
    return ImportedOrder(
        table=table,
        position=place + 2,
        reference=text[:200] if place % 3 else "",
        rows=[{"row": place + 2, "values": {"sku": LONG, "note": text}, "problems": [[text, text]]}],
        customer=text[:200],
        outcome=outcome,
        total=99_999_999 if outcome == ImportOutcome.READY else None,
        currency="EUR" if outcome == ImportOutcome.READY else "",
        order=at_place(scene.orders, place) if place % 5 == 0 and scene.orders else None,
    )

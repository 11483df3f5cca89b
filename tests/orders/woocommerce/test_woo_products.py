"""The products of a shop are read before the first order has them, and mapped by a table."""

import io
from typing import Any

import openpyxl
import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from backoffice.accounts.models import Shop, ShopRestriction
from catalog.models import Variant
from orders.connectors.woocommerce.models import (
    MessageState,
    WooConnection,
    WooMessage,
    WooProduct,
    WooProductTable,
)
from orders.connectors.woocommerce.services import shop_products
from orders.connectors.woocommerce.services.connections import ConnectionValues, change_connection
from orders.connectors.woocommerce.services.shop_products import read_products_due, request_products
from orders.models import Order
from tests.api.storefront import CARD, PEN
from tests.orders.woocommerce.conftest import VALUES, Woo, process

pytestmark = pytest.mark.django_db
AT = "/admin/orders"


def read(woo: Woo) -> None:
    request_products(woo.connection)
    assert not read_products_due(seconds=20)
    woo.connection.refresh_from_db()


def upload(client: Client, woo: Woo, content: bytes | str, *, name: str = "map.csv") -> str:
    """Upload a table; return the page that follows."""
    file = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
    given = {"connection": woo.connection.pk, "file": file}
    return client.post(f"{AT}/wooproducttable/upload/", given, follow=True).content.decode()


def test_products_and_variations_are_read_page_by_page_and_what_staff_gave_stays(
    woo: Woo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop_products, "PER_PAGE", 2)
    monkeypatch.setattr(shop_products, "MOST_VARIATIONS", 2)
    woo.app.offer(id=11, sku="MUG-2", name="Mug, large")
    woo.app.offer(id=12, sku=CARD, name="Card")
    woo.app.offer(id=13, type="grouped", name="Set")
    woo.app.offer(id=14, type="variable", name="Shirt")
    for key, size in ((15, "S"), (16, "M"), (17, "L")):
        woo.app.offer(id=key, parent=14, sku=f"SHIRT-{size}", attributes=[{"name": "Size", "option": size}])
    read(woo)
    rows = {(row.product_id, row.variation_id): (row.woo_sku, row.name, row.sku) for row in WooProduct.objects.all()}
    assert rows == {
        (11, 0): ("MUG-2", "Mug, large", PEN),
        (12, 0): (CARD, "Card", ""),
        (14, 15): ("SHIRT-S", "Shirt – S", ""),
        (14, 16): ("SHIRT-M", "Shirt – M", ""),
        (14, 17): ("SHIRT-L", "Shirt – L", ""),
    }
    assert woo.connection.products_read_at is not None


def test_reading_goes_on_where_it_ended_when_the_shop_fails_in_between(
    woo: Woo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop_products, "PER_PAGE", 1)
    for key in (21, 22, 23):
        woo.app.offer(id=key)
    request_products(woo.connection)
    woo.connection.refresh_from_db()
    assert shop_products.read_page(woo.connection) == 1
    fault = woo.sandbox.faults.add("status", vendor="woocommerce", status=500)
    read_products_due(seconds=5)
    woo.sandbox.faults.remove(fault.id)
    woo.connection.refresh_from_db()
    assert (woo.connection.products_page, woo.connection.failures) == (2, 1)
    type(woo.connection).objects.update(retry_at=None)
    assert not read_products_due(seconds=20)
    assert WooProduct.objects.filter(product_id__gt=20).count() == 3


def test_a_stock_that_was_changed_there_is_sent_again(woo: Woo) -> None:
    woo.app.offer(id=11, manage_stock=True, stock_quantity=7)
    WooProduct.objects.update(stock_is_sent=True, sent_stock=7)
    type(woo.connection).objects.update(send_stock=True)
    read(woo)
    assert WooProduct.objects.get().stock_is_sent
    woo.app.products.rows[11]["stock_quantity"] = 9
    read(woo)
    assert not WooProduct.objects.get().stock_is_sent


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_a_table_is_exported_filled_looked_at_and_imported(woo: Woo, admin_client: Client, file_format: str) -> None:
    WooProduct.objects.update(sku="", name="=Mug")
    WooProduct.objects.create(connection=woo.connection, product_id=14, variation_id=15, woo_sku=CARD, name="Shirt")
    woo.app.buy()
    woo.deliver()
    assert not Order.objects.exists()
    answer: Any = admin_client.get(f"{AT}/wooproduct/export/?connection={woo.connection.pk}&format={file_format}")
    content = b"".join(answer.streaming_content)
    if file_format == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        assert [cell.value for cell in book.active[3]][:3] == [14, 15, CARD]
        book.active["E2"] = PEN
        book.save(filled := io.BytesIO())
        content = filled.getvalue()
    else:
        assert content.decode("utf-8-sig").splitlines()[2] == f"14,15,{CARD},Shirt,,{CARD}"
        content = content.replace(b"=Mug,,", f"=Mug,{PEN},".encode())
    page = upload(admin_client, woo, content, name=f"map.{file_format}")
    assert "Map 1 product" in page
    assert not WooProduct.objects.filter(sku=PEN).exists()
    table = WooProductTable.objects.get()
    page = admin_client.post(f"{AT}/wooproducttable/{table.pk}/import/", follow=True).content.decode()
    assert "1 product now has its SKU" in page
    process()
    assert Order.objects.get().lines.get().sku == PEN
    page = admin_client.post(f"{AT}/wooproducttable/{table.pk}/discard/", follow=True).content.decode()
    assert "State of this table: imported" in page


def test_rows_that_make_no_sense_are_named_with_row_column_and_cause_and_the_others_stay_good(
    woo: Woo, admin_client: Client
) -> None:
    for key in (21, 22):
        WooProduct.objects.create(connection=woo.connection, product_id=key, woo_sku="TWICE")
    rows = [
        "product_id;variation_id;woo_sku;sku",
        f"11;;;{CARD}",
        f"11;0;;{PEN}",
        f"x;;;{PEN}",
        f"77;;;{PEN}",
        f";;TWICE;{PEN}",
        f";;NOBODY;{PEN}",
        f";;;{PEN}",
        "21;;;NOT-OURS",
        "22;;;",
    ]
    page = upload(admin_client, woo, "\n".join(rows))
    table = WooProductTable.objects.get()
    assert {problem["row"]: str(problem["text"]) for problem in table.problems} == {
        3: "This product is also in row 2.",
        4: "product_id: x is not a whole number.",
        5: "The shop has no product 77. Read its products again.",
        6: "Several products of the shop have the SKU TWICE: specify this one by product_id and variation_id.",
        7: "The shop has no product with the SKU NOBODY. Read its products again.",
        8: "The row has no product: product_id and woo_sku are blank.",
        9: "sku: NOT-OURS is not in the catalogue.",
    }
    assert table.counts == {"rows": 9, "problems": 7, "blank": 1, "changed": 1}
    assert "This product is also in row 2." in page
    Variant.objects.filter(sku=CARD).delete()
    page = admin_client.post(f"{AT}/wooproducttable/{table.pk}/import/", follow=True).content.decode()
    assert "is not in the catalogue" in page
    table.refresh_from_db()
    assert (table.state, WooProduct.objects.get(product_id=11).sku) == ("ready", PEN)


@pytest.mark.parametrize("content", ["", "product_id;price\n11;2", "sku\nA", "<html>", "product_id\n11"])
def test_a_file_that_is_no_such_table_is_refused_and_nothing_is_kept(
    woo: Woo, admin_client: Client, content: str
) -> None:
    upload(admin_client, woo, content)
    assert not WooProductTable.objects.exists()


def test_all_proposals_are_accepted_in_one_press(woo: Woo, admin_client: Client) -> None:
    WooProduct.objects.update(sku="", woo_sku=PEN)
    WooProduct.objects.create(connection=woo.connection, product_id=12, woo_sku="THEIRS")
    assert "Accept 1 proposal" in admin_client.get(f"{AT}/wooproduct/").content.decode()
    page = admin_client.post(f"{AT}/wooproduct/accept/", {"connection": woo.connection.pk}, follow=True)
    assert "1 product now has our SKU" in page.content.decode()
    assert dict(WooProduct.objects.values_list("product_id", "sku")) == {11: PEN, 12: ""}


def test_skus_are_typed_into_the_list_and_one_that_is_not_ours_keeps_no_other(woo: Woo, admin_client: Client) -> None:
    first = WooProduct.objects.get()
    second = WooProduct.objects.create(connection=woo.connection, product_id=12)
    typed = {f"sku-{first.pk}": "NOBODY", f"sku-{second.pk}": f" {CARD} ", "sku-x": PEN, f"sku-{9**20}": PEN}
    back = {"back": f"{AT}/wooproduct/?unmapped=1"}
    page = admin_client.post(f"{AT}/wooproduct/map/", typed | back, follow=True)
    assert page.request["QUERY_STRING"] == "unmapped=1"
    assert "Not in the catalogue: NOBODY. All others are saved." in page.content.decode()
    assert dict(WooProduct.objects.values_list("product_id", "sku")) == {11: PEN, 12: CARD}
    admin_client.post(f"{AT}/wooproduct/map/", {f"sku-{first.pk}": ""})
    assert WooProduct.objects.get(product_id=11).sku == ""


def test_who_does_not_see_a_shop_does_not_map_its_products(woo: Woo, client: Client) -> None:
    user = User.objects.create_user("tom", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_wooproduct", "change_wooproduct"]))
    ShopRestriction.objects.create(user=user, set_by="mara").shops.set([woo.connection.shop])
    own = WooProduct.objects.get()
    shop = Shop.objects.create(code="OTHER", name="Other")
    other = WooConnection.objects.create(
        shop=shop, url="https://b.example.com", credentials={}, secret="s", pull_after=timezone.now(), created_by="mara"
    )
    hidden = WooProduct.objects.create(connection=other, product_id=12, sku=PEN)
    client.force_login(user)
    assert client.get(f"{AT}/wooproduct/{hidden.pk}/change/").status_code == 404
    client.post(f"{AT}/wooproduct/map/", {f"sku-{own.pk}": CARD, f"sku-{hidden.pk}": CARD})
    own.refresh_from_db()
    hidden.refresh_from_db()
    assert (own.sku, hidden.sku) == (CARD, PEN)


def test_a_shop_is_connected_webhooks_and_products_included_by_one_press(woo: Woo, admin_client: Client) -> None:
    woo.app.webhooks.clear()
    woo.app.offer(id=31, sku=PEN)
    page = admin_client.get(f"{AT}/wooconnection/{woo.connection.pk}/change/").content.decode()
    assert "Finish setup" in page
    admin_client.post(f"{AT}/wooconnection/{woo.connection.pk}/setup/")
    assert {row["secret"] for row in woo.app.webhooks.values()} == {woo.connection.secret}
    for row in woo.app.webhooks.values():
        row |= {"secret": "another", "status": "disabled"}
    admin_client.post(f"{AT}/wooconnection/{woo.connection.pk}/webhooks/")
    assert {(row["secret"], row["status"]) for row in woo.app.webhooks.values()} == {(woo.connection.secret, "active")}
    assert not read_products_due(seconds=20)
    page = admin_client.get(f"{AT}/wooconnection/{woo.connection.pk}/change/").content.decode()
    assert "Finish setup" not in page
    assert "Accept 1 proposal" in page


def test_who_may_only_look_neither_maps_nor_uploads(woo: Woo, client: Client) -> None:
    user = User.objects.create_user("tom", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_woo"))
    client.force_login(user)
    table = WooProductTable.objects.create(connection=woo.connection, file_name="x.csv", created_by="mara")
    pk = woo.connection.pk
    posts = (
        "wooproducttable/upload/",
        f"wooproducttable/{table.pk}/import/",
        f"wooproducttable/{table.pk}/discard/",
        "wooproduct/accept/",
        "wooproduct/read/",
        "wooproduct/map/",
        f"wooconnection/{pk}/setup/",
        f"wooconnection/{pk}/stock/",
    )
    assert {client.post(f"{AT}/{path}", {"connection": pk}).status_code for path in posts} == {403}
    assert {client.get(f"{AT}/wooproducttable/{path}").status_code for path in ("", f"{table.pk}/change/")} == {200}
    table.refresh_from_db()
    assert table.state == "ready"


def test_orders_paid_before_the_start_stay_out_until_it_is_set_earlier(woo: Woo) -> None:
    old = woo.app.buy(date_created_gmt="2024-03-01T10:00:00", date_paid_gmt="2024-03-02T10:00:00")
    done = woo.app.buy(status="completed", date_completed_gmt="2024-03-03T10:00:00")
    late = woo.app.buy(date_created_gmt="2024-03-01T10:00:00")
    woo.deliver()
    assert list(Order.objects.values_list("reference", flat=True)) == [late["number"]]
    assert set(WooMessage.objects.exclude(number=late["number"]).values_list("state", flat=True)) == {MessageState.OLD}
    values = ConnectionValues(woo.connection.url, **VALUES, orders_since=woo.connection.orders_since.replace(year=2024))
    changed = change_connection(woo.connection, values)
    assert changed.pull_after == values.orders_since
    values = ConnectionValues(woo.connection.url, **VALUES, orders_since=changed.orders_since.replace(month=1))
    change_connection(woo.connection, values)
    process()
    references = set(Order.objects.values_list("reference", flat=True))
    assert references == {old["number"], late["number"]}, f"{done['number']} was delivered before the connection"

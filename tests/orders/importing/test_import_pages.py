"""The pages of imports: from the file to placed orders in four clicks, by who may."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from backoffice.accounts.models import Shop
from orders.importing.admin import order_imports
from orders.importing.models import ImportState, OrderImport
from orders.models import Order
from tests.orders.importing.conftest import LINE, brought_in, csv_of, lines
from tests.sights import SEES

LIST = "/admin/orders/orderimport/"
VIEW = ("view_orderimport", "view_importedorder", "view_order")


@pytest.fixture
def desk(db: None) -> Client:
    """Return a member of the order desk, with its group's own rights."""
    call_command("setup_groups", verbosity=0)
    user = User.objects.create_user("mara", is_staff=True)
    user.groups.add(Group.objects.get(name="Order desk"))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def reader(db: None) -> Client:
    user = User.objects.create_user("ruth", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=(*VIEW, *SEES)))
    client = Client()
    client.force_login(user)
    return client


def upload(client: Client, shop: Shop, content: bytes, *, name: str = "orders.csv") -> OrderImport:
    answer = client.post(f"{LIST}upload/", {"shop": shop.pk, "file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302
    return OrderImport.objects.latest("pk")


def test_a_file_becomes_orders_by_upload_and_one_button(desk: Client, shop: Shop) -> None:
    assert b"Import orders" in desk.get("/admin/orders/order/").content
    assert b"Upload and preview" in desk.get(LIST).content
    table = upload(desk, shop, csv_of(lines(3)))
    page = desk.get(f"{LIST}{table.pk}/change/")
    assert b"Place 3 orders, \xe2\x82\xac225.00" in page.content or b"Place 3 orders, 225.00" in page.content
    answer = desk.post(f"{LIST}{table.pk}/place/", follow=True)
    assert Order.objects.count() == 3
    assert Order.objects.latest("pk").number.encode() in answer.content


def test_no_shop_of_several_is_presumed(desk: Client, shop: Shop) -> None:
    assert b"Choose a shop." not in desk.get(LIST).content
    Shop.objects.create(code="AAA", name="The first by name")
    assert b'<option value="" selected>Choose a shop.' in desk.get(LIST).content
    upload(desk, shop, csv_of(lines(1)))
    assert b"Choose a shop." not in desk.get(LIST).content


def test_wrong_rows_are_named_and_offered_as_a_file(desk: Client, shop: Shop) -> None:
    table = upload(desk, shop, csv_of([LINE | {"quantity": "3"}]))
    page = desk.get(f"{LIST}{table.pk}/change/").content.decode()
    assert "Row 2: quantity" in page
    assert "Rows to correct" in page
    assert "/place/" not in page
    answer = desk.get(f"{LIST}{table.pk}/wrong/")
    assert b"".join(answer.streaming_content).startswith(b"\xef\xbb\xbfreference,")  # type: ignore[attr-defined]


def test_columns_are_chosen_on_the_page_and_the_preview_follows(desk: Client, shop: Shop) -> None:
    odd = {name: f"Spalte {n}" for n, name in enumerate(LINE)}
    table = upload(desk, shop, csv_of([{odd[name]: text for name, text in LINE.items()}], columns=list(odd.values())))
    assert table.state == ImportState.UNMAPPED
    page = desk.get(f"{LIST}{table.pk}/change/").content.decode()
    assert "Spalte 0" in page
    desk.post(f"{LIST}{table.pk}/reading/", {f"column-{n}": name for n, name in enumerate(LINE)})
    table.refresh_from_db()
    assert (table.state, table.orders.get().outcome) == (ImportState.READ, "ready")


def test_who_may_only_look_sees_no_button_and_changes_nothing(reader: Client, shop: Shop) -> None:
    table = brought_in(shop, csv_of(lines(1)))
    page = reader.get(f"{LIST}{table.pk}/change/").content.decode()
    assert "/place/" not in page
    for name in ("place", "discard", "check", "reading"):
        assert reader.post(f"{LIST}{table.pk}/{name}/").status_code == 403
    file = SimpleUploadedFile("orders.csv", csv_of(lines(1)))
    assert reader.post(f"{LIST}upload/", {"shop": shop.pk, "file": file}).status_code == 403
    assert (OrderImport.objects.count(), Order.objects.count()) == (1, 0)


def test_refusals_are_said_on_the_page(desk: Client, shop: Shop) -> None:
    for content, text in ((b"", "not empty"), (b"\n\n", "empty")):
        file = SimpleUploadedFile("orders.csv", content)
        answer = desk.post(f"{LIST}upload/", {"shop": shop.pk, "file": file}, follow=True)
        assert text in answer.content.decode()
    table = upload(desk, shop, b"%PDF-1.7 nothing", name="<b>.pdf")
    page = desk.get(f"{LIST}{table.pk}/change/").content.decode()
    assert (table.state, "neither a workbook nor a CSV file" in page) == (ImportState.REFUSED, True)
    desk.post(f"{LIST}{table.pk}/discard/")
    table.refresh_from_db()
    assert table.state == ImportState.DISCARDED


def test_a_large_file_is_left_to_a_worker(desk: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_imports, "READ_WHILE_WAITING_BYTES", 10)
    table = upload(desk, shop, csv_of(lines(1)))
    assert table.state == ImportState.WAITING
    assert "being read" in desk.get(f"{LIST}{table.pk}/change/").content.decode()


@pytest.fixture
def run(tmp_path: object, shop: Shop) -> Callable[..., int]:
    """Return what runs the command over a file, and returns its exit code."""

    def command(content: bytes, *more: str) -> int:
        path = f"{tmp_path}/orders.csv"
        with open(path, "wb") as file:
            file.write(content)
        try:
            call_command("import_orders", path, "--shop", shop.code, *more)
        except CommandError as error:
            return error.returncode
        return 0

    return command


def test_the_command_places_a_file_and_its_exit_code_says_how_it_went(run: Callable[..., int]) -> None:
    content = csv_of(lines(2))
    assert (run(content, "--dry-run"), Order.objects.count()) == (0, 0)
    assert (run(content), Order.objects.count()) == (0, 2)
    assert (run(content), Order.objects.count()) == (0, 2)
    assert run(csv_of([LINE | {"quantity": "3"}])) == 2
    assert run(b"%PDF-1.7") == 1
    assert run(b"a,b\n1,2") == 1
    assert Order.objects.count() == 2


def test_the_command_takes_columns_and_formats(run: Callable[..., int]) -> None:
    columns = ["Nr" if name == "reference" else "Exemplare" if name == "quantity" else name for name in LINE]
    row = LINE | {"Nr": "4711", "Exemplare": "50", "unit_price": "1,785", "tax_percent": "19", "total": "89,25"}
    content = csv_of([row], columns=[*columns, "tax_percent"], separator=";")
    assert run(content, "--map", "Nr=reference") == 1
    assert run(content, "--map", "Nummer=reference") == 1
    assert run(content, "--map", "Nr=reference", "--map", "Exemplare=quantity", "--with-tax", "--decimal", ",") == 0
    assert str(Order.objects.get().lines.get().unit_price) == "1.5000"

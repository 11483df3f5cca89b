"""Tables become orders: looked at as the intake looks, placed once each, whatever comes twice or is killed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.engine.models import Push
from backoffice.errors import Conflict, IllegalTransition, InvalidInput
from backoffice.jobs.models import JobRow
from backoffice.jobs.services import working
from backoffice.jobs.services.drafting import repeat_failed
from backoffice.jobs.services.working import work_job
from catalog.models import Variant
from orders.conversation.models import Comment
from orders.importing.models import ImportedOrder, ImportProfile, ImportState, OrderImport
from orders.importing.services import placing
from orders.importing.services.accepting import (
    accept_table,
    discard_import,
    read_import,
    renew_check,
    set_reading,
    start_placing,
)
from orders.importing.services.formats import ReadingChoices
from orders.importing.services.keeping import clear_old_imports, find_forgotten
from orders.importing.services.templates import write_wrong_rows
from orders.models import Order, OrderEvent, OrderState
from tests.api.storefront import CARD, PEN
from tests.orders.importing.conftest import (
    LINE,
    book_of,
    brought_in,
    checked,
    complaints,
    csv_of,
    lines,
    outcomes,
    placed,
)


class WorkerKilled(BaseException):
    """What stands for the end of a worker in the middle of an order."""


def test_rows_of_one_reference_are_one_order_wherever_they_stand(shop: Shop) -> None:
    second = {"reference": "4711", "sku": CARD, "quantity": "100", "unit_price": "1.29",
              "print_files": "front=https://files.example.com/a.pdf https://files.example.com/b.pdf"}  # fmt: skip
    table = brought_in(shop, csv_of([LINE | {"total": "204.00"}, *lines(1), second]))
    assert outcomes(table) == {"4711": "ready", "R-1": "ready"}
    order = Order.objects.filter(pk__in=placed(table).orders.values("order")).get(reference="4711")
    assert [(line.sku, line.quantity, line.unit_price) for line in order.lines.order_by("position")] == [
        (PEN, 50, Decimal("1.5")),
        (CARD, 100, Decimal("1.29")),
    ]
    assert [file["type"] for file in order.lines.get(sku=CARD).files] == ["front", ""]
    assert (order.state, order.total, order.customer_email) == (OrderState.RELEASED, 204, "jana@example.com")
    assert OrderEvent.objects.get(order=order, kind="order.imported").params["row"] == 2


def test_the_preview_places_nothing_and_says_what_placing_would_answer(shop: Shop) -> None:
    rows = [
        *lines(1),
        LINE | {"reference": "no-sku", "sku": ""},
        LINE | {"reference": "unknown", "sku": "NOBODY-HAS-IT"},
        LINE | {"reference": "few", "quantity": "3"},
        LINE | {"reference": "odd", "unit_price": "0", "total": "0"},
        LINE | {"reference": "words", "quantity": "fifty"},
        LINE | {"reference": ""},
    ]
    table = brought_in(shop, csv_of(rows))
    assert outcomes(table) == {
        "R-1": "ready", "no-sku": "wrong", "unknown": "wrong", "few": "wrong", "odd": "held", "words": "wrong",
        "": "wrong",
    }  # fmt: skip
    found = complaints(table)
    assert found["no-sku"] == {"3: sku": ["A value is missing."]}
    assert list(found["unknown"]) == ["4: sku"]
    assert list(found["few"]) == ["5: quantity"]
    assert found["words"] == {"7: quantity": ["fifty is not a whole number."]}
    assert found["8"] == {"8: reference": ["The reference is missing."]}
    assert table.job is not None
    assert table.job.rows.get(label="odd").params["holds"][0]["reason"] == "odd_price"
    assert not Order.objects.exists()
    assert not Push.objects.exists()


def test_limits_of_every_field_name_the_row_the_column_and_the_limit(shop: Shop) -> None:
    long = "ö" * 201
    rows = [LINE | {"recipient_city": long, "reference": "A"}, LINE | {"reference": "B" * 51}]
    found = complaints(brought_in(shop, csv_of(rows)))
    assert "200" in found["A"]["2: recipient_city"][0]
    assert "50" in found["B" * 51]["3: reference"][0]


def test_what_rows_of_one_order_say_of_it_must_be_the_same(shop: Shop) -> None:
    table = brought_in(shop, csv_of([LINE, LINE | {"recipient_city": "Bonn"}, LINE | {"recipient_city": ""}]))
    assert list(complaints(table)["4711"]) == ["3: recipient_city"]


def test_names_of_two_hundred_letters_markup_and_other_directions_are_text(shop: Shop) -> None:
    name = "<b>متجر</b> " + "ä" * 40
    table = brought_in(shop, csv_of(lines(1, customer_firstname=name, product_name="=HYPERLINK(1)")))
    order = ImportedOrder.objects.get(table=placed(table)).order
    assert order is not None
    assert order.customer_firstname == name
    assert order.lines.get().name in ("=HYPERLINK(1)", f"Variant {PEN}")


def test_an_import_that_is_repeated_places_nothing_new(shop: Shop) -> None:
    content = csv_of(lines(3))
    placed(brought_in(shop, content))
    again = brought_in(shop, content)
    assert set(outcomes(again).values()) == {"known"}
    assert again.job is not None
    assert again.job.rows.filter(state="skipped").count() == 3
    assert Order.objects.count() == 3


def test_of_two_imports_that_are_looked_at_together_only_one_places(shop: Shop) -> None:
    content = csv_of(lines(2))
    first, second = brought_in(shop, content), brought_in(shop, content)
    placed(first)
    second = placed(second)
    assert second.job is not None
    assert set(second.job.rows.values_list("state", flat=True)) == {"skipped"}
    assert Order.objects.count() == 2


def test_a_reference_of_the_api_is_not_placed_again_and_another_total_is_said(shop: Shop) -> None:
    placed(brought_in(shop, csv_of(lines(1))))
    table = brought_in(shop, csv_of(lines(1, total="99.00")))
    assert outcomes(table) == {"R-1": "known"}
    assert table.job is not None
    assert "a different total" in table.job.rows.get().text


@pytest.fixture
def killed_at_third(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kill a worker once, after the third order was placed and before the row says so."""
    calls: list[int] = []
    real = working._note

    def note(row: JobRow, outcome: Any) -> None:
        calls.append(row.pk)
        if len(calls) == 3:
            raise WorkerKilled
        real(row, outcome)

    monkeypatch.setattr(working, "_note", note)


def _place_with_a_killed_worker(shop: Shop) -> None:
    table = brought_in(shop, csv_of(lines(5)))
    job = start_placing(table, actor="mara")
    with pytest.raises(WorkerKilled):
        work_job(job.pk, seconds=60)
    work_job(job.pk, seconds=60)
    job.refresh_from_db()
    assert job.state == "done"


@pytest.mark.django_db(transaction=True)
def test_after_a_killed_worker_the_next_goes_on_and_each_order_is_placed_once(
    killed_at_third: None, shop: Shop
) -> None:
    _place_with_a_killed_worker(shop)
    assert sorted(Order.objects.values_list("reference", flat=True)) == [f"R-{n}" for n in range(1, 6)]
    assert not ImportedOrder.objects.filter(order__isnull=True).exists()
    assert Push.objects.filter(kind="orders.place").count() == 5


@pytest.mark.parametrize(("shares_reference", "count"), [(True, 5), (False, 6)], ids=["reference", "control"])
@pytest.mark.django_db(transaction=True)
def test_an_order_that_was_kept_apart_from_its_row_is_found_by_its_reference_alone(
    killed_at_third: None, shop: Shop, monkeypatch: pytest.MonkeyPatch, shares_reference: bool, count: int
) -> None:
    """The control: without the row's transaction and without the reference, the killed one is placed twice."""
    counted = iter(range(100))
    real = placing.place_order

    def apart(new: Any, **options: Any) -> Any:
        if not shares_reference:
            new.reference = f"{new.reference}-{next(counted)}"

        def place() -> Any:
            try:
                with transaction.atomic():
                    return real(new, **options)
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(place).result()

    monkeypatch.setattr(placing, "place_order", apart)
    _place_with_a_killed_worker(shop)
    assert Order.objects.count() == count


def test_what_fails_is_named_and_corrected_in_a_file_of_its_rows(shop: Shop) -> None:
    rows = [*lines(2), LINE | {"reference": "few", "quantity": "3", "note": "=SUM(A1)"}]
    table = placed(brought_in(shop, csv_of(rows)))
    text = b"".join(write_wrong_rows(table)).decode()
    head, row = text.removeprefix("\ufeff").splitlines()
    assert head.endswith(",problem")
    assert "quantity: " in row
    assert "'=SUM(A1)" in row
    semicolons = brought_in(shop, csv_of([LINE | {"reference": "few", "quantity": "3"}]).replace(b",", b";"))
    assert b"".join(write_wrong_rows(semicolons)).startswith(b"\xef\xbb\xbfreference;")
    corrected = text.replace("few,2026-11-20 10:30,EUR,75.00", "few,2026-11-20 10:30,EUR,15.00").replace(
        ",3,1.50", ",10,1.50"
    )
    again = placed(brought_in(shop, corrected.encode()))
    assert outcomes(again) == {"few": "ready"}
    assert Comment.objects.get().text == "=SUM(A1)"
    assert Order.objects.count() == 3


def test_an_order_that_is_refused_only_when_it_is_placed_fails_alone_and_is_tried_again(shop: Shop) -> None:
    table = brought_in(shop, csv_of(lines(3)))
    Variant.objects.filter(sku=PEN).update(order_min_qty=60)
    table = placed(table)
    assert table.job is not None
    assert table.job.needs_attention
    assert list(table.job.rows.values_list("errors", flat=True)[0]) == ["2: quantity"]
    assert not Order.objects.exists()
    Variant.objects.filter(sku=PEN).update(order_min_qty=10)
    again = repeat_failed(table.job, actor="mara")
    work_job(again.pk, seconds=60)
    again.refresh_from_db()
    assert (again.state, again.rows.get(label="R-1").state) == ("ready", "ready")


def test_a_shop_may_choose_that_what_breaks_limits_is_placed_and_held(shop: Shop) -> None:
    table = brought_in(shop, csv_of([LINE | {"quantity": "3", "total": "4.50"}]))
    assert outcomes(table) == {"4711": "wrong"}
    table = set_again(table, ReadingChoices(hold_invalid=True))
    assert outcomes(table) == {"4711": "held"}
    assert placed(table).orders.get().order.state == OrderState.HELD  # type: ignore[union-attr]
    # The next table of the shop begins with that.
    assert outcomes(brought_in(shop, csv_of([LINE | {"quantity": "3", "reference": "next"}]))) == {"next": "held"}


def test_columns_chosen_by_hand_are_remembered_for_the_shop(shop: Shop) -> None:
    odd = {name: f"Spalte {n}" for n, name in enumerate(LINE)}
    table = brought_in(shop, csv_of([{odd[name]: text for name, text in LINE.items()}], columns=list(odd.values())))
    assert table.state == ImportState.UNMAPPED
    set_reading(table, mapping=dict(enumerate(LINE)), choices=ReadingChoices(), actor="mara")
    read_import(table.pk)
    assert outcomes(checked(table)) == {"4711": "ready"}
    next_rows = [{odd[name]: text for name, text in (LINE | {"reference": "4712"}).items()}]
    assert outcomes(brought_in(shop, csv_of(next_rows, columns=list(odd.values())))) == {"4712": "ready"}
    assert ImportProfile.objects.get().columns["spalte 0"] == "reference"


def test_two_columns_for_one_field_are_refused_and_nothing_changes(shop: Shop) -> None:
    table = brought_in(shop, csv_of([LINE]))
    with pytest.raises(InvalidInput, match="SKU"):
        set_reading(table, mapping={0: "sku", 1: "sku"}, choices=ReadingChoices(), actor="mara")
    table.refresh_from_db()
    assert (table.state, table.orders.count()) == (ImportState.READ, 1)


def test_prices_with_tax_become_net_and_the_total_is_what_they_come_to(shop: Shop) -> None:
    columns = [name for name in LINE if name != "total"] + ["tax_percent", "shipping"]
    rows = [LINE | {"unit_price": "1,785", "tax_percent": "19 %", "shipping": "4,90", "currency": ""}]
    table = brought_in(shop, csv_of(rows, columns=columns, separator=";"))
    table = set_again(table, ReadingChoices(prices_with_tax=True, separator=";", decimal=","))
    order = placed(table).orders.get().order
    assert order is not None
    assert (order.lines.get().unit_price, order.total) == (Decimal("1.5"), Decimal("94.15"))


def test_the_parts_of_a_total_are_kept_where_the_file_has_its_tax(shop: Shop) -> None:
    rows = [LINE | {"total": "95.08", "tax": "15.18", "shipping": "4.90", "tax_percent": "19"}]
    order = placed(brought_in(shop, csv_of(rows))).orders.get().order
    assert order is not None
    assert order.totals is not None
    assert {name: order.totals[name] for name in ("lines", "shipping", "discount", "rounding")} == {
        "lines": "75.00", "shipping": "4.90", "discount": "0.00", "rounding": "0.00",
    }  # fmt: skip


def test_orders_that_their_shop_has_cancelled_or_not_been_paid_for_are_left_out(shop: Shop) -> None:
    columns = [*LINE, "Financial Status", "Cancelled at"]
    states = {"a": "paid", "b": "refunded", "c": "pending"}
    rows = [LINE | {"reference": name, "Financial Status": state} for name, state in states.items()]
    rows.append(LINE | {"reference": "d", "Cancelled at": "2026-11-21"})
    assert outcomes(brought_in(shop, csv_of(rows, columns=columns))) == {
        "a": "ready", "b": "left_out", "c": "left_out", "d": "left_out",
    }  # fmt: skip


def test_express_notes_tags_and_properties_come_with_the_order(shop: Shop) -> None:
    columns = [*LINE, "express_shipping", "note", "tags", "gift_message", "property: Engraving"]
    row = LINE | {"express_shipping": "ja", "note": "Ring twice", "tags": "fair, vip", "gift_message": "Hi"}
    row["property: Engraving"] = "For Ada"
    Variant.objects.filter(sku=PEN).update(express_available=True)
    order = placed(brought_in(shop, csv_of([row], columns=columns))).orders.get().order
    assert order is not None
    assert (order.express_shipping, order.tags, order.gift_message) == (True, ["fair", "vip"], "Hi")
    assert order.lines.get().custom_properties == {"Engraving": "For Ada"}
    assert Comment.objects.get().text == "Ring twice"


def test_a_workbook_with_numbers_and_dates_is_read_like_a_text(shop: Shop) -> None:
    values: list[Any] = [
        {"quantity": 50, "unit_price": 1.5, "total": 75, "recipient_zip": "10115",
         "ordered_at": datetime(2026, 11, 20, 10, 30)}.get(name, text)
        for name, text in LINE.items()
    ]  # fmt: skip
    table = brought_in(shop, book_of(("Orders", [list(LINE), values])), name="orders.xlsx")
    assert outcomes(table) == {"4711": "ready"}
    order = placed(table).orders.get().order
    assert order is not None
    assert order.placed_at.isoformat() == "2026-11-20T09:30:00+00:00"


def test_a_formula_that_was_never_calculated_is_wrong_and_never_run(shop: Shop) -> None:
    values: list[Any] = ["=1+1" if name == "quantity" else text for name, text in LINE.items()]
    table = brought_in(shop, book_of(("Orders", [list(LINE), values])), name="orders.xlsx")
    assert "formula" in complaints(table)["4711"]["2: quantity"][0]


def test_a_table_can_be_checked_again_and_discarded_until_its_orders_are_being_placed(shop: Shop) -> None:
    table = brought_in(shop, csv_of(lines(2)))
    before = table.job
    renew_check(table)
    table = checked(table)
    assert (table.job != before, outcomes(table)["R-1"]) == (True, "ready")
    start_placing(table, actor="mara")
    for refused in (
        lambda: discard_import(table),
        lambda: renew_check(table),
        lambda: start_placing(table, actor="mara"),
        lambda: set_reading(table, mapping={}, choices=ReadingChoices(), actor="mara"),
    ):
        with pytest.raises((IllegalTransition, Conflict)):
            refused()
    other = brought_in(shop, csv_of(lines(1, reference="other")))
    discard_import(other)
    other.refresh_from_db()
    assert (other.state, bytes(other.content), other.orders.count()) == (ImportState.DISCARDED, b"", 0)


def test_checking_orders_makes_as_many_queries_an_order_however_many_there_are(shop: Shop) -> None:
    table = brought_in(shop, csv_of(lines(8)))
    keys = list(table.orders.values_list("pk", flat=True))
    counts = []
    for some in (keys[:1], keys[:2], keys):
        with CaptureQueriesContext(connection) as queries, transaction.atomic():
            placing.PlaceImported().check(some)
        counts.append(len(queries))
    one = counts[1] - counts[0]
    assert counts[2] - counts[0] == 7 * one
    assert one <= CHECKED_QUERIES


CHECKED_QUERIES = 12


def test_a_waiting_table_is_found_after_a_lost_worker_and_an_old_one_is_deleted(shop: Shop) -> None:
    table = accept_table(csv_of(lines(1)), file_name="orders.csv", shop=shop, actor="mara")
    assert find_forgotten() == []
    OrderImport.objects.filter(pk=table.pk).update(waiting_since=timezone.now() - timedelta(minutes=5))
    assert find_forgotten() == [table.pk]
    OrderImport.objects.filter(pk=table.pk).update(created_at=timezone.now() - timedelta(days=31))
    assert clear_old_imports() == 1
    assert not OrderImport.objects.exists()


def set_again(table: OrderImport, choices: ReadingChoices) -> OrderImport:
    mapping = {int(place): name for place, name in table.mapping.items()}
    set_reading(table, mapping=mapping, choices=choices, actor="mara")
    read_import(table.pk)
    return checked(table)

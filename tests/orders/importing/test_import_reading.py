"""What stands in a table: its columns, its numbers and dates, and files that are none."""

import io
import zipfile
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from backoffice.accounts.models import Shop
from backoffice.errors import InvalidInput
from orders.importing.models import ImportState, OrderImport
from orders.importing.services.accepting import accept_table, read_import, set_reading
from orders.importing.services.fields import FIELDS, TEMPLATE, missing_fields
from orders.importing.services.formats import (
    ReadingChoices,
    read_choices,
    read_time,
    recognise_dates,
    recognise_decimal,
)
from orders.importing.services.proposals import propose
from orders.importing.services.reading import MOST_BYTES, open_table
from orders.importing.services.templates import write_template
from tests.orders.importing.conftest import LINE, book_of, brought_in, csv_of, outcomes

BERLIN = ZoneInfo("Europe/Berlin")
SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Discount Amount,Shipping Method,"
    "Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Name,Billing Address1,Billing Zip,"
    "Billing City,Billing Country,Shipping Name,Shipping Address1,Shipping Address2,Shipping Company,Shipping City,"
    "Shipping Zip,Shipping Province,Shipping Country,Shipping Phone,Notes,Cancelled at,Tags,Lineitem discount"
)
ETSY = (
    "Sale Date,Item Name,Buyer,Quantity,Price,Coupon Code,Discount Amount,Order Shipping,Order Sales Tax,Item Total,"
    "Currency,Transaction ID,Ship Name,Ship Address1,Ship Address2,Ship City,Ship State,Ship Zipcode,Ship Country,"
    "Order ID,Variations,SKU"
)
AMAZON = (
    "order-id,order-item-id,purchase-date,buyer-email,buyer-name,sku,product-name,quantity-purchased,currency,"
    "item-price,item-tax,shipping-price,ship-service-level,recipient-name,ship-address-1,ship-address-2,ship-city,"
    "ship-state,ship-postal-code,ship-country,ship-phone-number"
)
WOOCOMMERCE = (
    "Order Number,Order Status,Order Date,Customer Note,First Name (Billing),Last Name (Billing),Email (Billing),"
    "Phone (Billing),First Name (Shipping),Last Name (Shipping),Address 1&2 (Shipping),City (Shipping),"
    "State Code (Shipping),Postcode (Shipping),Country Code (Shipping),Shipping Method Title,Order Shipping Amount,"
    "Order Total Amount,SKU,Item Name,Quantity (- Refund),Item Cost"
)
BILLBEE = (
    "Bestellnummer,Bestelldatum,Bestellstatus,Währung,Gesamtsumme,Versandkosten,Artikelnummer,Artikelname,Menge,"
    "Einzelpreis,Lieferadresse Vorname,Lieferadresse Nachname,Lieferadresse Straße,Lieferadresse Hausnummer,"
    "Lieferadresse PLZ,Lieferadresse Ort,Lieferadresse Land,Kundenhinweis"
)


@pytest.mark.parametrize("header", [SHOPIFY, ETSY, AMAZON, WOOCOMMERCE, BILLBEE], ids=lambda text: text[:8])
def test_the_exports_of_shop_systems_have_all_that_an_order_needs_without_a_choice(header: str) -> None:
    proposed = propose(dict(enumerate(header.split(","))), remembered={})
    assert missing_fields(set(proposed.values())) == []


def test_pieces_are_recognised_as_german_shops_call_them() -> None:
    assert propose({0: "Stück"}, remembered={}) == {0: "quantity"}


def test_the_columns_of_the_template_are_those_that_its_name_says() -> None:
    assert propose(dict(enumerate(TEMPLATE)), remembered={}) == dict(enumerate(TEMPLATE))


def test_of_two_columns_for_one_field_the_one_whose_name_says_so_best_has_it() -> None:
    columns = {0: "Paid at", 1: "Created at", 2: "Id", 3: "Name", 4: "Address", 5: "Shipping Address1"}
    assert propose(columns, remembered={}) == {1: "ordered_at", 3: "reference", 5: "recipient_street"}


@pytest.mark.parametrize(
    ("texts", "sign"),
    [
        (["12,95", "3"], ","),
        (["1.234,50"], ","),
        (["12.95", "1,234.50"], "."),
        (["1.234", "2.500"], ""),
        (["12,95", "12.95"], ""),
        (["€ 4,90"], ","),
    ],
)
def test_the_sign_before_decimals_is_the_one_that_the_rows_agree_on(texts: list[str], sign: str) -> None:
    assert recognise_decimal(texts) == sign


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["01.02.2026"], "dmy"),
        (["01/02/2026", "25/02/2026"], "dmy"),
        (["01/02/2026", "02/25/26"], "mdy"),
        (["01/02/2026"], ""),
        (["2026-02-01 10:00"], "ymd"),
    ],
)
def test_the_order_of_a_date_is_the_one_that_every_row_allows(texts: list[str], order: str) -> None:
    assert recognise_dates(texts) == order


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("29.11.2026 10:30", "dmy", datetime(2026, 11, 29, 9, 30, tzinfo=UTC)),
        ("11/29/26", "mdy", datetime(2026, 11, 28, 23, tzinfo=UTC)),
        ("2026-11-29 10:30:00 +0100", "", datetime(2026, 11, 29, 9, 30, tzinfo=UTC)),
        ("2026-11-29T10:30:00Z", "", datetime(2026, 11, 29, 10, 30, tzinfo=UTC)),
        ("11/29/2026 02:05 PM", "", datetime(2026, 11, 29, 13, 5, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_as_shops_write_it_in_the_zone_of_the_shop(text: str, order: str, expected: datetime) -> None:
    assert read_time(text, order=order, zone=BERLIN) == expected


@pytest.mark.parametrize("text", ["03/04/2026", "31.02.2026", "soon", "2026-13-01", "10:30", "0001-01-01T00:00:00"])
def test_what_is_no_date_or_could_be_two_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_time(text, order="", zone=BERLIN)


def test_letters_and_separators_are_recognised_shown_and_can_be_changed(shop: Shop) -> None:
    content = csv_of([LINE], separator=";").decode().encode("cp1252")
    table = brought_in(shop, content)
    assert (table.formats["encoding"], table.formats["separator"]) == ("cp1252", ";")
    assert table.orders.get().customer == "Jana Größer"
    set_reading(table, mapping=_mapping(table), choices=ReadingChoices(encoding="cp1250", separator=";"), actor="mara")
    table.refresh_from_db()
    assert (table.state, table.choices["encoding"]) == (ImportState.WAITING, "cp1250")


def test_a_workbook_with_a_cover_is_read_at_the_sheet_that_has_orders(shop: Shop) -> None:
    cover: list[list[object]] = [["Export of our shop"], ["Autumn"]]
    orders: list[list[object]] = [list(LINE), list(LINE.values())]
    table = brought_in(shop, book_of(("Cover", cover), ("Orders", orders)), name="orders.xlsx")
    assert (table.sheets, table.formats["sheet"]) == (["Cover", "Orders"], "Orders")
    assert outcomes(table) == {"4711": "ready"}


def test_a_sheet_without_orders_asks_for_its_columns_and_names_those_that_are_missing(shop: Shop) -> None:
    table = brought_in(shop, book_of(("Cover", [["Autumn", "Winter"], [1, 2]])), name="cover.xlsx")
    assert table.state == ImportState.UNMAPPED
    assert "SKU" in table.problem
    assert table.job is None


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"%PDF-1.7 nothing", "neither a workbook nor a CSV"),
        (b"PK\x03\x04 broken", "This workbook cannot be read"),
        (b"\xd0\xcf\x11\xe0 old", "old XLS format"),
        (b'a,b\n"never closed', "quotation mark"),
        (",".join(f"c{n}" for n in range(1000)).encode() + b"\n1", "1000 columns"),
        (b"x" * (MOST_BYTES + 1), "20 MB"),
    ],
    ids=["empty", "blank", "pdf", "broken", "old", "quote", "columns", "large"],
)
def test_a_file_that_is_no_table_is_refused_with_the_reason(content: bytes, complaint: str) -> None:
    with pytest.raises(InvalidInput, match=complaint):
        list(open_table(content, ReadingChoices()).rows)


def test_a_workbook_that_unpacks_to_more_than_any_table_is_refused_before_it_is_unpacked() -> None:
    bomb = io.BytesIO()
    book = zipfile.ZipFile(io.BytesIO(book_of(("Orders", [["a"], ["b"]]))))
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name in book.namelist():
            fill = b" " * (160 * 1024 * 1024) if "sheet1" in name else b""
            packed.writestr(name, book.read(name) + fill)
    assert len(bomb.getvalue()) < MOST_BYTES
    with pytest.raises(InvalidInput, match="too large"):
        list(open_table(bomb.getvalue(), ReadingChoices()).rows)


def test_a_refused_file_is_kept_with_its_reason_and_makes_no_order(shop: Shop) -> None:
    table = brought_in(shop, b'reference,sku\n"never closed')
    assert (table.state, table.order_count, table.job) == (ImportState.REFUSED, 0, None)
    assert "quotation mark" in table.problem


def test_choices_that_nobody_offers_are_left_to_be_recognised() -> None:
    given = {"decimal": "x", "dates": 5, "encoding": "rot13", "separator": "ab", "prices_with_tax": "yes"}
    assert read_choices(given) == ReadingChoices()


def test_the_template_has_a_column_for_each_thing_and_its_example_is_never_placed(shop: Shop) -> None:
    content = b"".join(write_template("csv"))
    table = brought_in(shop, content)
    assert outcomes(table) == {"EXAMPLE-1": "left_out"}
    assert {"reference", "sku", "print_files", "express_shipping", "note", "tags"} <= set(TEMPLATE) <= set(FIELDS)


def test_a_table_that_ends_its_worker_again_and_again_is_refused(shop: Shop) -> None:
    table = accept_table(csv_of([LINE]), file_name="orders.csv", shop=shop, actor="mara")
    OrderImport.objects.filter(pk=table.pk).update(attempts=3)
    table = brought_in_again(table)
    assert (table.state, table.orders.count()) == (ImportState.REFUSED, 0)


def brought_in_again(table: OrderImport) -> OrderImport:
    read_import(table.pk)
    table.refresh_from_db()
    return table


def _mapping(table: OrderImport) -> dict[int, str]:
    return {int(place): name for place, name in table.mapping.items()}

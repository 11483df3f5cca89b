"""Recipients from tables: what a spreadsheet did to them is undone where that is certain, else they are left out."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from backoffice.errors import InvalidInput
from orders.marketing.models import CardRecipient, CardState, LeftOut
from orders.marketing.services.campaigns.addresses import validate_row
from orders.marketing.services.campaigns.recipients import add_table
from orders.marketing.services.campaigns.tables import read_recipients
from tests.cards.conftest import make_draft

SAMPLES = Path(__file__).parent.parent / "samples" / "reports"
COLUMNS = "firstname,lastname,address1,city,state,zip,country\n"


def listed(content: bytes) -> list[CardRecipient]:
    return add_table(make_draft(), read_recipients(content), actor="mara")


def workbook(*rows: list[Any]) -> bytes:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_state_written_out_a_territory_and_a_lost_zero_are_understood(db: None) -> None:
    rows = listed((SAMPLES / "recipients-of-cards" / "recipients.csv").read_bytes())
    assert [(row.state, row.reason) for row in rows] == [(CardState.LISTED, "")] * 3
    assert [(row.state_code, row.zip5) for row in rows] == [("TX", "78701"), ("PR", "00901"), ("MA", "02134")]
    assert [row.table_row for row in rows] == [2, 3, 4]


@pytest.mark.parametrize(
    ("state", "zip_code", "country", "expected"),
    [
        ("MA", 2134, "US", ("MA", "02134", "")),
        ("MA", "2134-1234", "US", ("MA", "02134", "1234")),
        ("CT", 60101234, "", ("CT", "06010", "1234")),
        ("", "901", "Puerto Rico", ("PR", "00901", "")),
        ("", "802", "VIR", ("VI", "00802", "")),
        ("new york", "10001", "United States of America", ("NY", "10001", "")),
        ("N.Y.", "10001", "U.S.A.", ("NY", "10001", "")),
        ("US-TX", "78701", "usa", ("TX", "78701", "")),
    ],
)
def test_places_are_read_however_they_were_written(
    state: str, zip_code: Any, country: str, expected: tuple[str, str, str]
) -> None:
    [row] = read_recipients(
        workbook(COLUMNS.strip().split(","), ["Ann", "Lee", "1 Main St", "Town", state, zip_code, country])
    )
    result = validate_row(row)
    assert (result.reason, result.address.state_code, result.address.zip5, result.address.zip4) == ("", *expected)


@pytest.mark.parametrize(
    ("state", "zip_code", "country", "reason"),
    [
        ("TX", "7870", "US", LeftOut.BAD_ZIP),  # no code of Texas begins with a zero: a digit is missing
        ("Ontario", "12345", "US", LeftOut.BAD_STATE),
        ("TX", "78701", "Canada", LeftOut.NOT_US),
        ("BE", "10115", "DE", LeftOut.NOT_US),
    ],
)
def test_what_is_not_certain_is_left_out(state: str, zip_code: str, country: str, reason: str) -> None:
    [row] = read_recipients(f"{COLUMNS}Ann,Lee,1 Main St,Town,{state},{zip_code},{country}\n".encode())
    assert validate_row(row).reason == reason


def test_a_comma_too_many_leaves_its_row_out(db: None) -> None:
    content = (SAMPLES / "more-cells-than-columns" / "recipients.csv").read_bytes()
    [row] = listed(content + b"")
    assert (row.state, row.reason) == (CardState.LEFT_OUT, LeftOut.MORE_CELLS)


def test_an_error_leaves_its_row_out_and_one_in_a_column_that_is_not_read_does_not(db: None) -> None:
    rows = listed(
        workbook(
            [*COLUMNS.strip().split(","), "note"],
            ["Ann", "Lee", "1 Main St", "Austin", "TX", 78701, "US", "#N/A"],
            ["Bo", "Li", "#REF!", "Austin", "TX", 78701, "US", "x"],
            ["Cy", "Ma", "=A2", "Austin", "TX", 78701, "US", None],
        )
    )
    assert [row.reason for row in rows] == ["", LeftOut.BAD_CELL, LeftOut.BAD_CELL]


@pytest.mark.parametrize(
    ("column", "reason"),
    [("lastname", LeftOut.NO_NAME), ("address1", LeftOut.NO_STREET), ("city", LeftOut.NO_CITY)],
)
@pytest.mark.parametrize("blank", ["-", "--", "...", "\u2800", "\u200b \u00a0"])
def test_what_only_fills_a_field_is_missing(column: str, reason: str, blank: str) -> None:
    cells = {"lastname": "Lee", "address1": "1 Main St", "city": "Austin", "state": "TX", "zip": "78701"}
    cells[column] = blank
    [row] = read_recipients(f"{','.join(cells)}\n{','.join(cells.values())}\n".encode())
    assert validate_row(row).reason == reason


HEADERS = {
    "customers": "First Name,Last Name,Default Address Address1,Default Address City,Default Address Province Code,"
    "Default Address Zip,Default Address Country Code",
    "plain": "first_name,last_name,Street,Town,State/Province,Postal Code,Country",
    "orders": "Shipping First Name,Shipping Last Name,Shipping Address1,Shipping City,Shipping Province,Shipping Zip,"
    "Shipping Country",
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_columns_are_called_as_shops_export_them(header: str, db: None) -> None:
    [row] = listed(f"{header}\nAnn,Lee,1 Main St,Austin,TX,78701,US\n".encode())
    assert (row.reason, row.lastname, row.state_code) == ("", "Lee", "TX")


def test_the_code_of_a_state_counts_before_its_name_and_either_may_be_blank(db: None) -> None:
    content = b"lastname,address1,city,province,province code,zip\nA,1 Main,X,Texas,TX,78701\nB,1 Main,X,Texas,,78701\n"
    assert [row.state_code for row in listed(content)] == ["TX", "TX"]


def test_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidInput, match="twice"):
        read_recipients(b"lastname,address1,city,state,zip,Zip\nA,1 Main,X,TX,78701,78702\n")


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("xlsx-*/*.xlsx")), ids=lambda path: path.stem)
def test_a_workbook_of_something_else_is_refused_in_words_on_the_page(path: Path, client: Client, db: None) -> None:
    client.force_login(User.objects.create_superuser("mara"))
    campaign = make_draft()
    answer = client.post(
        reverse("admin:marketing_mailcampaign_table", args=[campaign.pk]),
        {"file": SimpleUploadedFile("people.xlsx", path.read_bytes()), "agreed": "on"},
        follow=True,
    )
    assert answer.status_code == 200
    assert "Missing: address1, city, state, zip" in answer.content.decode()
    assert not campaign.recipients.exists()

"""Numbers as people write them: read in the one way there is, refused where there are two."""

import time
from decimal import Decimal

import pytest

from backoffice.errors import InvalidInput
from backoffice.tables.cells import Cell, CellFault, read_code, read_line
from backoffice.tables.numbers import Amount, read_amount, read_whole


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1234.5", "1234.5"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("1’234.50", "1234.50"),
        ("1 234,50", "1234.50"),
        ("1\u00a0234,50", "1234.50"),
        ("1\u202f234,50", "1234.50"),
        ("1\u2009234.50", "1234.50"),
        ("1.234.567", "1234567"),
        ("1,234,567.891", "1234567.891"),
        ("1 234", "1234"),
        ("0,125", "0.125"),
        ("0.125", "0.125"),
        ("1234,567", "1234.567"),
        ("1.2340", "1.2340"),
        ("12.5", "12.5"),
        (",5", "0.5"),
        ("12.-", "12"),
        ("12,–", "12"),
        ("−1,50", "-1.50"),
        ("-1.234,50", "-1234.50"),
        (11.949999999999999, "11.95"),
        (0.1 + 0.2, "0.3"),
        (1234, "1234"),
        (1e-05, "0.00001"),
        (1.234, "1.234"),
    ],
)
def test_an_amount_is_read_as_it_is_written_in_every_country(cell: Cell, value: str) -> None:
    assert read_amount(cell) == Amount(Decimal(value))


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("€ 9.90", "9.90", "EUR"),
        ("9,90 €", "9.90", "EUR"),
        ("CHF 1'234.50", "1234.50", "CHF"),
        ("1 234,50 PLN", "1234.50", "PLN"),
        ("£5", "5", "GBP"),
        ("$1,234.50", "1234.50", "USD"),
    ],
)
def test_a_currency_beside_the_amount_is_named(text: str, value: str, currency: str) -> None:
    assert read_amount(text) == Amount(Decimal(value), currency)


@pytest.mark.parametrize(
    ("text", "readings"),
    [("1,234", ("1234", "1.2340")), ("1.234", ("1234", "1.2340")), ("-12.500", ("-12500", "-12.5000")),
     ("€ 1.000", ("1000", "1.0000"))],
)  # fmt: skip
def test_a_number_that_could_be_two_is_refused_with_both_readings(text: str, readings: tuple[str, str]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_amount(text)
    assert all(reading in refusal.value.text for reading in readings)
    # What the complaint proposes is understood.
    assert [read_amount(reading).value for reading in readings] == [Decimal(reading) for reading in readings]


@pytest.mark.parametrize(
    "cell",
    ["five", "", "1e5", "9E400000", "1.2.3", "1,23,456", "1 23", "1'234’5", "12 34", "٣", "1.234,567.8", "EUR 5 EUR",
     "--5", True, float("inf"), float("nan"), CellFault("#N/A"), 10**60],
)  # fmt: skip
def test_what_is_no_number_is_refused(cell: Cell) -> None:
    with pytest.raises(InvalidInput):
        read_amount(cell)
    with pytest.raises(InvalidInput):
        read_whole(cell)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("0012", 12),
        ("2,000", 2000),
        ("2.000", 2000),
        ("1 234 567", 1234567),
        ("1'000", 1000),
        ("12.0", 12),
        ("1.000,00", 1000),
        (12.0, 12),
        (7, 7),
    ],
)
def test_a_whole_number_knows_thousands(cell: Cell, value: int) -> None:
    assert read_whole(cell) == value


@pytest.mark.parametrize("cell", ["2,5", "2.25", "-1", -1, 2.5, "1.000.00", "0,125", "1.0001", "1 000.5"])
def test_a_whole_number_is_no_fraction_and_not_below_zero(cell: Cell) -> None:
    with pytest.raises(InvalidInput):
        read_whole(cell)


def test_no_cell_costs_time() -> None:
    begin = time.process_time()
    for cell in ("9" * 2_000_000, "1," * 500_000, "1E999999999", "-" * 100_000, "0." + "0" * 200_000, float(10**300)):
        for read in (read_amount, read_whole):
            with pytest.raises(InvalidInput):
                read(cell)
    assert time.process_time() - begin < 1


def test_a_code_keeps_what_a_spreadsheet_kept_and_says_what_it_lost() -> None:
    assert [read_code(cell) for cell in (" SKU-1\u200b ", 4711, 4711.0, 4006381333931.0)] == [
        "SKU-1", "4711", "4711", "4006381333931",
    ]  # fmt: skip
    with pytest.raises(InvalidInput, match="15 digits"):
        read_code(1.23456789012346e18)


def test_a_text_has_one_line_and_no_control_characters() -> None:
    assert read_line("\u00a0Cafe\u0301 ") == "Café"
    for cell in ("a\nb", "a\x07b", True, CellFault()):
        with pytest.raises(InvalidInput):
            read_line(cell)

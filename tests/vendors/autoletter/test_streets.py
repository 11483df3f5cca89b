"""Street and house number of one line: apart where that is certain, together where it is not, and never shortened."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.vendors.autoletter.streets import split_house_number


@pytest.mark.parametrize(
    ("line", "street", "number"),
    [
        ("Hauptstraße 42", "Hauptstraße", "42"),
        ("Main Street 42", "Main Street", "42"),
        ("42 Main Street", "Main Street", "42"),
        ("12b Baker Street", "Baker Street", "12b"),
        ("Straße des 17. Juni 135", "Straße des 17. Juni", "135"),
        ("Am Markt 3 a", "Am Markt", "3 a"),
        ("Am Markt 3a", "Am Markt", "3a"),
        ("Am Markt 3 A-C", "Am Markt", "3 A-C"),
        ("Lange Gasse 12-14", "Lange Gasse", "12-14"),
        ("Lange Gasse 12 – 14", "Lange Gasse", "12 – 14"),
        ("Ringstr. 12/14", "Ringstr.", "12/14"),
        ("Wiener Straße 7/2/15", "Wiener Straße", "7/2/15"),
        ("Allee 5 1/2", "Allee", "5 1/2"),
        ("C 4, 12", "C 4", "12"),
        ("C4, 12", "C4", "12"),
        ("Q 7, 24a", "Q 7", "24a"),
        ("Via Roma, 10", "Via Roma", "10"),
        ("Calle Mayor, 3", "Calle Mayor", "3"),
        ("  Hauptstraße   42 ", "Hauptstraße", "42"),
        ("10 rue de la Paix", "rue de la Paix", "10"),
        ("Rue du 8 Mai 1945 3", "Rue du 8 Mai 1945 3", ""),
        ("5th Avenue 350", "5th Avenue", "350"),
        ("Straße 12 3", "Straße 12 3", ""),
    ],
)
def test_the_number_goes_apart_where_it_is_certain(line: str, street: str, number: str) -> None:
    assert split_house_number(line) == (street, number)


@pytest.mark.parametrize(
    "line",
    [
        "Hauptstraße",
        "Postfach 1234",
        "PO Box 77",
        "P.O. Box 77",
        "Packstation 145",
        "Unter den Linden",
        "Straße des 17. Juni",
        "42",
        "42a",
        "",
        "350 5th Avenue",
        "42 Main Street, Apt 4",
        "42 Main Street 7",
        "Hauptstraße 5, 12",
        "Hauptstraße 5, 2. OG",
        "Hauptstraße 42 Hinterhaus",
        "Highway 61",
        "Schloss Nr. 3",
        "Wohnpark Süd Haus 3",
        "一丁目2番3号",
    ],
)
def test_what_is_not_certain_stays_whole(line: str) -> None:
    assert split_house_number(line) == (line, "")


def _letters(text: str) -> list[str]:
    """Return all but the spaces and commas that part words."""
    return sorted("".join(text.split()).replace(",", ""))


@given(st.text(max_size=60))
def test_nothing_is_lost_of_any_text(line: str) -> None:
    assert _letters("".join(split_house_number(line))) == _letters(line)


@given(st.from_regex(r"\A[A-Z][a-z]{2,9}(straße|weg| Allee)\Z"), st.from_regex(r"\A[1-9][0-9]{0,2}[a-f]?\Z"))
def test_a_plain_street_and_number_come_apart_again(street: str, number: str) -> None:
    assert split_house_number(f"{street} {number}") == (street, number)

"""Countries and states by ISO 3166, however they were written."""

import pytest
from django.utils import translation

from backoffice.text.regions import country_code, country_name, is_military, named_countries, state_code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("DE", "DE"),
        ("de", "DE"),
        (" deu ", "DE"),
        ("USA", "US"),
        ("UK", "GB"),
        ("el", "GR"),
        ("XKX", "XK"),
        ("PR", "PR"),
    ],
)
def test_a_country_is_two_capital_letters_whatever_was_written(text: str, code: str):
    assert country_code(text) == code


@pytest.mark.parametrize("text", ["", "D", "ZZ", "ZZZ", "Germany", "276", "D\u0415", "Dé"])
def test_what_is_no_code_of_a_country_is_none(text: str):
    assert country_code(text) is None


@pytest.mark.parametrize(
    ("text", "country", "code"),
    [
        ("ny ", "US", "NY"),
        ("US-NY", "US", "NY"),
        ("us-ny", "US", "NY"),
        ("Texas", "US", "TX"),
        ("québec", "CA", "QC"),
        ("NW", "DE", "NW"),
        ("ae", "US", "AE"),
        ("mi", "IT", "MI"),
    ],
)
def test_a_state_is_its_code_within_the_country(text: str, country: str, code: str):
    assert state_code(text, country=country) == code


@pytest.mark.parametrize(("text", "country"), [("", "US"), ("XX", "US"), ("AE", "DE"), ("NY", "ZZ"), ("CA-ON", "US")])
def test_what_is_no_state_of_the_country_is_none(text: str, country: str):
    assert state_code(text, country=country) is None


def test_only_the_us_has_post_offices_of_its_military():
    assert is_military("AP", country="US")
    assert not is_military("AP", country="DE")
    assert not is_military("NY", country="US")


@pytest.mark.parametrize(
    ("language", "name"),
    [("en", "Germany"), ("de", "Deutschland"), ("de-at", "Deutschland"), ("xx", "Germany")],
)
def test_a_country_is_called_as_its_reader_calls_it(language: str, name: str):
    with translation.override(language):
        assert country_name("DE", "Germany") == name
        assert country_name("XK", "Kosovo") == "Kosovo"


def test_countries_stand_in_the_order_of_the_readers_alphabet():
    rows = [("AT", "Austria"), ("DE", "Germany"), ("EG", "Egypt")]
    with translation.override("de"):
        assert named_countries(rows) == [("EG", "Ägypten"), ("DE", "Deutschland"), ("AT", "Österreich")]

"""Proposals for addresses that do not fit: abbreviated, divided, and never cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.models import Address
from orders.services.preflight.address_proposals import abbreviate_street, propose_address

LIMITS = {"street": 30, "care_of": 30, "company": 30}


def propose(**values: str) -> dict[str, str]:
    return propose_address(Address(**({"country_code": "DE"} | values)), limits=LIMITS)


def test_what_fits_needs_no_proposal() -> None:
    assert propose(street="Hauptstraße 42", company="Muster GmbH") == {}


@pytest.mark.parametrize(
    ("country", "street", "short"),
    [
        ("DE", "Bürgermeister-Wilhelm-Kaisen-Straße 5", "Bgm.-Wilhelm-Kaisen-Str. 5"),
        ("DE", "Hauptstraße 1, Marktplatz", "Hauptstr. 1, Marktpl."),
        ("AT", "STRASSE DER REPUBLIK", "Str. DER REPUBLIK"),
        ("DE", "Straßenbahnring 4", "Straßenbahnring 4"),
        ("FR", "Straße der Republik", "Straße der Republik"),
        ("GB", "West Church Street", "W Church St"),
        ("FR", "Avenue des Champs-Élysées", "Av. des Champs-Élysées"),
        ("NL", "Lange Kerkstraat 12", "Lange Kerkstr. 12"),
    ],
)
def test_a_street_is_abbreviated_as_is_usual_in_its_country(country: str, street: str, short: str) -> None:
    assert abbreviate_street(street, country=country) == short


def test_an_abbreviation_is_preferred_to_dividing() -> None:
    assert propose(street="Bürgermeister-Wilhelm-Kaisen-Straße 5") == {"street": "Bgm.-Wilhelm-Kaisen-Str. 5"}


def test_a_street_is_divided_as_it_was_written_where_no_abbreviation_is_enough() -> None:
    proposal = propose(street="Straße der Pariser Kommune, Hinterhaus 3")
    assert proposal == {"street": "Straße der Pariser Kommune", "care_of": "Hinterhaus 3"}


def test_what_stands_in_care_of_stays_there() -> None:
    assert propose(street="Straße der Pariser Kommune, Hinterhaus 3", care_of="Müller") == {}


def test_a_company_is_abbreviated_else_divided_between_company_and_department() -> None:
    assert propose(company="Muster Gesellschaft mit beschränkter Haftung") == {"company": "Muster GmbH"}
    proposal = propose(company="Universitätsklinikum Musterstadt, Abteilung Einkauf")
    assert proposal == {"company": "Universitätsklinikum", "department": "Musterstadt, Abteilung Einkauf"}


def test_there_is_no_proposal_where_none_fits() -> None:
    assert propose(street="x" * 31, company="y" * 31) == {}
    assert propose(street="a " * 60) == {}


@given(st.text(alphabet="ab ,ßStraßePlatz-", max_size=80), st.sampled_from(["DE", "GB", "FR", "XX", ""]))
def test_a_proposal_fits_and_loses_nothing_but_the_ends_of_words(street: str, country: str) -> None:
    proposal = propose(street=street, country_code=country)
    assert all(len(text) <= LIMITS[name] for name, text in proposal.items())
    if not proposal:
        return
    short = abbreviate_street(street, country=country)
    kept = "".join(proposal.values())
    assert any(letters(kept) == letters(whole) for whole in (street, short))


def letters(text: str) -> str:
    return "".join(text.replace(",", "").split())

"""What is judged of countries, and when."""

import pytest

from fulfillment.models import Country
from orders.models import Address
from orders.services.preflight.address_checks import check_countries

pytestmark = pytest.mark.django_db


def complaints(code: str) -> list[str]:
    errors: dict[str, list[str]] = {}
    check_countries([("recipient", Address(country_code=code))], errors=errors)
    return list(errors)


def test_without_reference_data_no_country_is_judged() -> None:
    assert complaints("DE") == []


def test_with_reference_data_an_unknown_country_is_refused() -> None:
    Country.objects.create(iso2="DE", iso3="DEU", name="Germany")
    assert complaints("DE") == []
    assert complaints("DEU") == []
    assert complaints("XX") == ["recipient.country_code"]

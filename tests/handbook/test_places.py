"""Every staff page has its section of the handbook, and every section that is named is there in both languages."""

from fnmatch import fnmatchcase

import pytest

from backoffice.handbook.places import PLACES, find_place
from tests.handbook.sources import LANGUAGES, targets
from tests.pages.addresses import staff_patterns


def test_every_staff_address_has_its_place() -> None:
    addresses = staff_patterns()
    assert len(addresses) > 400
    assert {name for name in addresses if find_place(name) is None} == set()


def test_no_place_stands_behind_one_that_takes_all_of_its_pages() -> None:
    first = {
        name: next(pattern for pattern, _place in PLACES if fnmatchcase(name, pattern)) for name in staff_patterns()
    }
    assert [pattern for pattern, _place in PLACES if pattern not in first.values()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_place_is_a_section_that_is_there(language: str) -> None:
    assert {place for _pattern, place in PLACES} - targets(language) == set()


def test_an_address_that_nobody_has_described_has_no_place() -> None:
    assert find_place("nowhere_nothing_change") is None

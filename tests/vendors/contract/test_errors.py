"""What a vendor's documents show as errors is known, so that people read it in their language with what to do."""

import pytest
from django.utils.module_loading import import_string

from backoffice.vendors.explaining import explain
from tests.vendors.contract.registry import REGISTRY, profile_of


@pytest.mark.parametrize("name", REGISTRY)
def test_every_entry_of_the_catalogue_is_sound(name: str) -> None:
    entries = import_string(REGISTRY[name]).KNOWN_ERRORS
    assert entries
    assert [(entry.pattern, fault) for entry in entries for fault in entry.find_faults()] == []


@pytest.mark.parametrize("name", REGISTRY)
def test_every_documented_error_is_known_with_what_to_do(name: str) -> None:
    documented = profile_of(name).documented_errors
    assert documented
    for example in documented:
        field, text = ("", example) if isinstance(example, str) else example
        shown = explain(name, text, field=field)
        assert shown.known, text
        assert shown.remedy, text
        assert shown.original == text


@pytest.mark.parametrize("name", REGISTRY)
def test_every_example_is_found_by_its_own_entry(name: str) -> None:
    """No entry stands in front of another that knows better."""
    for entry in import_string(REGISTRY[name]).KNOWN_ERRORS:
        for example in entry.examples:
            field, text = ("", example) if isinstance(example, str) else example
            assert explain(name, text, field=field).known is entry, text

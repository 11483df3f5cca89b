"""The suite is complete: every vendor, every ability, every method."""

from importlib import import_module
from pathlib import Path

import pytest
from django.utils.module_loading import import_string

from backoffice.vendors import abilities
from backoffice.vendors.base import Vendor
from tests.vendors.contract.calls import CALLS, all_abilities, methods_of
from tests.vendors.contract.registry import EXERCISED, REGISTRY, profile_of, with_ability

# What takes test orders where a vendor has no sandbox asks nobody: there is no contract to keep.
ASKS_NOBODY = {abilities.SimulatesOrders}


def test_every_ability_has_its_calls_and_somebody_who_has_it() -> None:
    assert set(CALLS) == set(all_abilities()) - ASKS_NOBODY
    for ability, calls in CALLS.items():
        assert {call.method for call in calls} == methods_of(ability), ability.__name__
        assert with_ability(ability), ability.__name__


def test_every_vendor_is_tried_for_every_ability_that_it_has() -> None:
    for file in Path(__file__).parent.glob("test_*.py"):
        import_module(f"tests.vendors.contract.{file.stem}")
    pairs = {
        (name, ability)
        for name, path in REGISTRY.items()
        for ability in all_abilities()
        if ability in import_string(path).__mro__
    }
    assert pairs - EXERCISED == set()


@pytest.mark.parametrize("name", REGISTRY)
def test_every_vendor_says_what_the_suite_has_to_know(name: str) -> None:
    assert import_string(REGISTRY[name]).name == name
    assert profile_of(name).settings("http://127.0.0.1:1/")


@pytest.mark.parametrize("name", REGISTRY)
def test_a_vendor_offers_nothing_that_is_no_ability(name: str) -> None:
    """What the rest of the project cannot find is not offered, but for what its profile names with the reason."""
    found = import_string(REGISTRY[name])
    known = {method for ability in CALLS if ability in found.__mro__ for method in vars(ability)}
    public = {method for method in dir(found) if callable(getattr(found, method)) and not method.startswith("_")}
    assert public - known == set(profile_of(name).beside)
    assert [ability for ability in CALLS if ability in found.__mro__ and ability is not Vendor]

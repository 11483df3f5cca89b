"""Who runs through the suite: every vendor of the settings and the example, with every ability that it has."""

from importlib import import_module

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from backoffice.vendors.base import Vendor
from tests.vendors.contract.calls import CALLS, Call
from tests.vendors.contract.profile import Profile
from tests.vendors.example import vendor_settings

REGISTRY: dict[str, str] = settings.VENDORS | vendor_settings.VENDORS
# Which vendor some test of the suite is run with, for which ability of it.
EXERCISED: set[tuple[str, type[Vendor]]] = set()


def profile_of(name: str) -> Profile:
    """Return what `tests/vendors/<package>/contract.py` says of it, where <package> is that of its adapter."""
    package = REGISTRY[name].split(".")[-3]
    found: Profile = import_module(f"tests.vendors.{package}.contract").PROFILES[name]
    return found


def with_ability(ability: type[Vendor]) -> list[str]:
    """Return the names of those that have it."""
    return [name for name, path in REGISTRY.items() if ability in import_string(path).__mro__]


def exercise(ability: type[Vendor]) -> list[str]:
    """Return the same, noted down: those that are put through a test of the ability."""
    names = with_ability(ability)
    EXERCISED.update((name, ability) for name in names)
    return names


def each_with(ability: type[Vendor]) -> pytest.MarkDecorator:
    """Run the test with the `name` of each vendor that has the ability."""
    return pytest.mark.parametrize("name", exercise(ability))


def each_call(*, is_slow: bool = False) -> pytest.MarkDecorator:
    """Run the test with `name` and `call` for every method of every ability of every vendor; where it `is_slow`, for
    the first of each ability that reads, that writes, and that fetches a file.
    """
    pairs: list[tuple[str, Call]] = [
        (name, call)
        for ability, calls in CALLS.items()
        for name in (exercise(ability) if calls else ())
        for call in calls
        if call.method != "check" or import_string(REGISTRY[name]).CHECK_ASKS
        if not is_slow or call is next(other for other in calls if other.kind == call.kind)
    ]
    return pytest.mark.parametrize(
        ("name", "call"), [pytest.param(name, call, id=f"{name}-{call.method}") for name, call in pairs]
    )

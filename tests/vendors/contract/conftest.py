"""One vendor at a time, before a server that says whatever the test wants, or before the sandbox."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils.module_loading import import_string
from pytest_django import Settings

from backoffice.sandbox import Sandbox, running_sandbox
from tests.vendors.connections import Outside
from tests.vendors.contract.profile import Profile
from tests.vendors.contract.registry import REGISTRY, profile_of
from tests.vendors.example.sandbox.app import ExampleApp
from tests.vendors.loopback import Act, Loopback, loopback

# While somebody waits no call is repeated: each test sees the first answer.
PATIENCE = 10.0


@pytest.fixture
def profile(name: str) -> Profile:
    return profile_of(name)


@pytest.fixture(autouse=True)
def registered(settings: Settings) -> None:
    settings.VENDORS = REGISTRY
    settings.PUBLIC_URL = "https://backoffice.example.com"


@pytest.fixture(scope="session")
def line() -> Iterator[Loopback]:
    with loopback() as server:
        yield server


@pytest.fixture
def at(name: str, profile: Profile, outside: Outside, settings: Settings) -> Callable[[str], Any]:
    """Open the vendor at an address, with a token at hand where it needs one."""
    outside.tokens.token = "the-token"

    def opened(url: str) -> Any:
        for key, value in profile.settings(url).items():
            setattr(settings, key, value)
        return import_string(REGISTRY[name])(outside.patient(PATIENCE))

    return opened


@pytest.fixture
def before(line: Loopback, at: Callable[[str], Any]) -> Callable[..., Any]:
    """Put the vendor before a server that answers like this."""

    def put(*script: Act) -> Any:
        line.script[:], line.seen[:] = script, []
        return at(line.url + "/")

    return put


@pytest.fixture(scope="session")
def everybody() -> Iterator[Sandbox]:
    with running_sandbox(manual_clock=True, rate_limit=0, late_every=0, more=[ExampleApp]) as running:
        yield running


@pytest.fixture
def sandbox(everybody: Sandbox) -> Iterator[Sandbox]:
    """Share one sandbox among all tests, without faults. What it holds grows: use names of your own."""
    yield everybody
    everybody.faults.clear()
    for name in REGISTRY:
        profile_of(name).shorten_pages(everybody, 15)


@pytest.fixture
def vendor(sandbox: Sandbox, profile: Profile, at: Callable[[str], Any], outside: Outside) -> Any:
    """Return the vendor before the sandbox."""
    outside.tokens.token = None
    return at(profile.url(sandbox))

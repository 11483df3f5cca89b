"""A provider meets a rule that wants a second factor where its token says that it asked for one."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client

from backoffice.signin.services.diagnosis import examine_sign_in
from tests.signin.conftest import Enter, is_in
from tests.signin.providers import Forger, forging_provider, go_through, sign, use_provider

CLARA = {"sub": "clara", "email": "clara@example.com", "email_verified": True}
CHOOSE = "/account/second-factor/"


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[str, Forger]]:
    with forging_provider([CLARA]) as found:
        yield found


@pytest.fixture
def provider(clara: User, running: tuple[str, Forger], settings: LazySettings) -> str:
    address, forger = running
    forger.restore()
    use_provider(settings, address)
    settings.SECOND_FACTOR = "everyone"
    settings.OIDC = settings.OIDC | {"is_second_factor": None, "second_factor_acr": []}
    return address


def say(running: tuple[str, Forger], **claims: Any) -> None:
    """Have the provider's tokens say so."""
    running[1].make = lambda made: sign(made | claims)


@pytest.mark.parametrize(
    ("claims", "counts"),
    [
        ({}, False),
        ({"amr": ["pwd"]}, False),
        ({"amr": ["pwd", "otp"]}, True),
        ({"amr": ["mfa"]}, True),
        ({"amr": "hwk"}, True),
        ({"amr": ["MFA", 1, None]}, False),
        ({"amr": {"mfa": False}}, False),
        ({"amr": 1}, False),
        ({"acr": "urn:example:mfa"}, True),
        ({"acr": "1"}, False),
        ({"acr": ["urn:example:mfa"]}, False),
    ],
)
def test_a_rule_believes_what_the_token_says_of_a_second_factor(
    provider: str, running: tuple[str, Forger], settings: LazySettings, claims: dict[str, Any], counts: bool
) -> None:
    settings.OIDC = settings.OIDC | {"second_factor_acr": ["urn:example:mfa"]}
    say(running, **claims)
    client = go_through(provider, "clara")
    assert is_in(client) is counts
    if not counts:
        assert client.get("/admin/")["Location"] == CHOOSE
        # The control: without a rule the same sign-in opens the pages.
        settings.SECOND_FACTOR = "optional"
        assert is_in(client)


@pytest.mark.parametrize(("says", "claims", "counts"), [(True, {}, True), (False, {"amr": ["mfa"]}, False)])
def test_a_setting_says_that_it_always_or_never_counts(
    provider: str, running: tuple[str, Forger], settings: LazySettings, says: bool, claims: dict[str, Any], counts: bool
) -> None:
    settings.OIDC = settings.OIDC | {"is_second_factor": says}
    say(running, **claims)
    assert is_in(go_through(provider, "clara")) is counts


def test_a_later_sign_in_without_one_counts_for_itself(
    provider: str, running: tuple[str, Forger], enter: Enter
) -> None:
    say(running, amr=["mfa"])
    client = go_through(provider, "clara")
    assert is_in(client)
    say(running)
    go_through(provider, "clara", client=client)
    assert not is_in(client)
    by_password = Client()
    enter(by_password)
    assert not is_in(by_password)


@pytest.mark.parametrize(
    ("says", "acr", "text"),
    [
        (None, [], "mfa, otp or hwk"),
        (None, ["gold"], "gold in acr"),
        (True, [], "OIDC_IS_SECOND_FACTOR=1"),
        (False, [], "OIDC_IS_SECOND_FACTOR=0"),
    ],
)
def test_the_doctor_names_what_counts(
    provider: str, settings: LazySettings, says: bool | None, acr: list[str], text: str
) -> None:
    settings.OIDC = settings.OIDC | {"is_second_factor": says, "second_factor_acr": acr}
    [line] = [one for one in examine_sign_in(False) if "second factor" in one.text]
    assert text in line.text
    assert line.is_well

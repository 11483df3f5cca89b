"""What `manage.py doctor` says of sign-in: each fault with its next step, and nothing where all is well."""

from collections.abc import Iterator

import oidc_provider_mock
import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import LazySettings
from django.contrib.auth.models import Group, User

from backoffice.engine.services.diagnosis import examiners
from backoffice.signin.services.diagnosis import examine_sign_in
from tests.signin.conftest import SECRET
from tests.signin.providers import forging_provider

OIDC = {"issuer": "", "client_id": "", "client_secret": "", "groups": {}}


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with oidc_provider_mock.run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


def faults(*, ask: bool = False) -> list[str]:
    return [f"{one.text} {one.remedy}" for one in examine_sign_in(ask) if not one.is_well]


def set_up(settings: LazySettings, issuer: str) -> None:
    settings.OIDC = settings.OIDC | OIDC | {"issuer": issuer, "client_id": "us", "client_secret": "s"}
    app = {"provider_id": "oidc", "name": "K", "client_id": "us", "settings": {"server_url": issuer}}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}


def test_a_superuser_without_a_second_factor_is_named_in_production(settings: LazySettings, db: None) -> None:
    boss = User.objects.create_superuser("mara")
    settings.EMAIL_HOST = "mail.example.com"
    assert faults() == [], "on one's own machine it may be so"
    settings.PRODUCTION = True
    [fault] = faults()
    assert "SECOND_FACTOR=superusers" in fault
    TOTP.activate(boss, SECRET)
    assert faults() == []
    assert examine_sign_in in examiners


def test_a_missing_mail_server_is_named_in_production(settings: LazySettings, db: None) -> None:
    settings.PRODUCTION, settings.EMAIL_HOST = True, ""
    [fault] = faults()
    assert "EMAIL_HOST" in fault


def test_single_sign_on_by_half_and_unknown_groups_are_named(settings: LazySettings, db: None) -> None:
    settings.OIDC = settings.OIDC | OIDC | {"issuer": "https://id.example.com", "groups": {"a": "Desk", "b": "Dekk"}}
    Group.objects.create(name="Desk")
    half, unknown = faults()
    assert "OIDC_CLIENT_SECRET" in half
    assert "Dekk" in unknown
    assert "Desk," not in unknown


def test_the_provider_is_asked(settings: LazySettings, db: None, provider: str) -> None:
    set_up(settings, provider)
    assert faults(ask=True) == []
    set_up(settings, "http://127.0.0.1:9")
    assert faults() == [], "only where others may be asked"
    [fault] = faults(ask=True)
    assert "OIDC_ISSUER" in fault


def test_a_provider_that_calls_itself_otherwise_is_named(settings: LazySettings, db: None) -> None:
    with forging_provider([]) as (address, forger):
        set_up(settings, address)
        assert faults(ask=True) == []
        forger.described = {"issuer": "https://id.example.com"}
        [fault] = faults(ask=True)
    assert "calls itself https://id.example.com" in fault

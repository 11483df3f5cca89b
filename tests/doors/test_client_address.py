"""One address for each request, whoever asks for it: sign-in, metrics, callbacks."""

import pytest
from axes.models import AccessAttempt
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client, RequestFactory

from backoffice.engine.models import Callback
from backoffice.web.client_address import client_address, sign_in_address
from tests.engine.conftest import toy_vendor

__all__ = ["toy_vendor"]
PROXY, ANNA, MALLORY = "10.0.0.1", "203.0.113.7", "198.51.100.66"
LOGIN = "/admin/login/"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "remote", "address"),
    [
        (0, "", ANNA, ANNA),
        (0, MALLORY, ANNA, ANNA),  # nobody is trusted, whatever they say
        (1, ANNA, PROXY, ANNA),
        (1, f"127.0.0.1, {ANNA}", PROXY, ANNA),  # the first was written by the client
        (2, f"127.0.0.1, {ANNA}, 10.0.0.2", PROXY, ANNA),
        (2, ANNA, PROXY, ANNA),  # went past one of them
        (1, "", PROXY, PROXY),  # asked from inside
        (1, f" {ANNA}:51234 ", PROXY, ANNA),
        (1, "[2001:db8::7]:443", PROXY, "2001:db8::7"),
        (1, "2001:DB8::7", PROXY, "2001:db8::7"),
        (1, f"::ffff:{ANNA}", PROXY, ANNA),
        (1, "unknown", PROXY, None),
        (0, "", "", None),  # a unix socket
    ],
)
def test_proxies_are_believed_as_many_as_there_are(
    settings: LazySettings, proxies: int, forwarded: str, remote: str, address: str | None
) -> None:
    settings.TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert client_address(RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote)) == address


def test_who_has_one_address_of_version_six_has_a_network_of_them() -> None:
    found = {sign_in_address(RequestFactory().get("/", REMOTE_ADDR=f"2001:db8:1:2::{last}")) for last in (1, 2, "a:b")}
    assert found == {"2001:db8:1:2::"}


@pytest.fixture
def anna(db: None, settings: LazySettings) -> User:
    settings.TRUSTED_PROXIES = 1
    return User.objects.create_user("anna", password="right-password-1", is_staff=True)


def sign_in(name: str, password: str, *, address: str) -> int:
    form = {"username": name, "password": password, "next": "/admin/"}
    return Client().post(LOGIN, form, REMOTE_ADDR=PROXY, headers={"X-Forwarded-For": address}).status_code


def test_nobody_is_locked_out_from_elsewhere(anna: User) -> None:
    assert [sign_in("anna", "wrong", address=MALLORY) for _ in range(6)][-1] == 429
    assert sign_in("anna", "right-password-1", address=MALLORY) == 429
    assert sign_in("anna", "right-password-1", address=ANNA) == 302


def test_thirty_names_from_one_address_are_counted(anna: User, settings: LazySettings) -> None:
    settings.SIGN_IN_FAILURES_PER_ADDRESS = 6
    assert [sign_in(f"name-{number}", "wrong", address=MALLORY) for number in range(6)][:5] == [200] * 5
    assert sign_in("anna", "right-password-1", address=MALLORY) == 429
    assert sign_in("anna", "right-password-1", address=ANNA) == 302


def test_a_forged_address_before_the_proxys_own_counts_for_nothing(anna: User) -> None:
    tries = [sign_in("anna", "wrong", address=f"192.0.2.{number}, {MALLORY}") for number in range(6)]
    assert tries[-1] == 429


def test_no_token_of_a_form_is_kept_with_a_failed_sign_in(anna: User) -> None:
    client = Client(enforce_csrf_checks=True)
    token = client.get(LOGIN).cookies["csrftoken"].value
    client.post(LOGIN, {"username": "anna", "password": "wrong", "csrfmiddlewaretoken": token})
    kept = AccessAttempt.objects.get()
    assert "csrfmiddlewaretoken" in kept.post_data
    assert token not in kept.post_data


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"])
@pytest.mark.parametrize("proxies", [0, 1])
def test_metrics_without_a_token_are_not_public_behind_a_proxy(
    client: Client, settings: LazySettings, header: str, proxies: int
) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 401
    settings.PUBLIC_URL = "https://backoffice.example.com"
    assert client.get("/metrics").status_code == 401, "a proxy need not say that it is one"


def test_a_callback_keeps_the_address_of_who_sent_it(
    client: Client, db: None, toy_vendor: object, settings: LazySettings
) -> None:
    settings.TRUSTED_PROXIES = 1
    headers = {"Authorization": "Bearer toy", "X-Forwarded-For": f"garbage, {ANNA}"}
    client.post("/callbacks/toy/shops/", b"x", content_type="text/plain", headers=headers, REMOTE_ADDR=PROXY)
    assert Callback.objects.get().source_ip == ANNA

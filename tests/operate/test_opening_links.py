"""No address that opens something to whoever has it stands in a log line, an error report or a trace."""

import logging
import uuid
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import UUIDConverter

from backoffice.masking import mask_line
from backoffice.observing import scrub_event

# Parts of addresses that open nothing.
NAMES = {"vendor": "mypromo", "topic": "orders", "provider_id": "oidc", "uidb36": "1", "pk": 1}
PLAIN = "d1a2b3-0123456789abcdef0123456789abcdef"
SIGNED = "17.1tYk2x.AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg"
# They ask for a sign-in or for a key of the API, whatever the address says.
CLOSED = ("admin/", "api/")


def patterns(found: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[URLPattern]:
    """Yield those of addresses that anybody may open."""
    for one in found:
        route = prefix + str(one.pattern)
        if route.startswith(CLOSED):
            continue
        if isinstance(one, URLResolver):
            yield from patterns(one.url_patterns, route)
        else:
            yield one


def opening_addresses() -> dict[str, tuple[str, str]]:
    """Return by name each address with a part that is no name, and that part."""
    found = {}
    for pattern in patterns(get_resolver().url_patterns):
        parts = pattern.pattern.regex.groupindex.keys()
        if opening := parts - NAMES.keys():
            secret = SIGNED if str(pattern.name).startswith("signed-") else PLAIN
            if any(isinstance(kind, UUIDConverter) for kind in pattern.pattern.converters.values()):
                secret = str(uuid.UUID(int=2**127 + 12345))
            values = {part: secret if part in opening else NAMES[part] for part in parts}
            found[str(pattern.name)] = reverse(str(pattern.name), kwargs=values), secret
    return found


def test_the_walk_finds_what_is_known_to_open_something() -> None:
    known = {
        "account_reset_password_from_key", "callback-secret", "signed-file", "signed-label", "signed-slip",
        "woocommerce-webhook",
    }  # fmt: skip
    assert opening_addresses().keys() >= known


@pytest.mark.django_db
def test_the_line_of_a_request_never_holds_it(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for name, (address, secret) in opening_addresses().items():
        for spelled in (address, address.removesuffix("/"), f"{address}?key={secret}"):
            caplog.clear()
            client.get(spelled, headers={"Accept-Language": "en"})
            [line] = [one for one in caplog.records if one.name == "backoffice.access"]
            assert secret not in vars(line)["path"], name
            assert secret not in mask_line("\n".join(one.getMessage() for one in caplog.records)), name
            assert not any(part in vars(line)["path"] for part in secret.split(".") if len(part) > 9), name


def test_a_report_of_an_error_never_holds_it() -> None:
    for name, (address, secret) in opening_addresses().items():
        request = {"method": "GET", "url": f"https://x.example{address}"}
        left = repr(scrub_event({"message": f"It failed at {address}.", "transaction": address, "request": request}))
        assert secret not in left, name
        assert "https://x.example/" in left


@pytest.mark.parametrize(
    "text",
    [
        "/account/password/new/done/", "/account/password/lost/", "/callbacks/mypromo/order-status-changed/",
        "/account/password/new/1-short/", "/callbacks/woocommerce/",
    ],
)  # fmt: skip
def test_what_opens_nothing_is_left_as_it_is(text: str) -> None:
    assert mask_line(text) == text


def test_such_a_link_is_masked_within_json_too() -> None:
    assert PLAIN not in mask_line(rf'{{"link": "https:\/\/x.example\/account\/password\/new\/1-{PLAIN}\/"}}')

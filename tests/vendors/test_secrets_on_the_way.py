"""Requests that carry a secret in body, path or query: it travels, and stays in no record, error or answer."""

import json
import time

import pytest

from backoffice.masking import MASK, hide, mask
from backoffice.vendors.errors import VendorRejected
from backoffice.vendors.session import ANY_STATUS, VendorSession
from tests.vendors.connections import Outside
from tests.vendors.loopback import loopback, reply

SECRET = 'ab/cd+"é'


def spelled() -> list[str]:
    """Return how a secret may come back: plain, by PHP, by JSON, in an address."""
    return [
        SECRET,
        json.dumps(SECRET),
        json.dumps(SECRET).replace("/", "\\/"),
        "ab%2Fcd%2B%22%C3%A9",
        "ab%2fcd%2b%22%c3%a9",
        "ab/cd%2B%22%C3%A9",
    ]


@pytest.mark.parametrize("text", spelled())
def test_a_secret_is_hidden_however_it_is_spelled(text: str) -> None:
    shown = hide(f"x {text} y", [SECRET, ""])
    assert "cd" not in shown
    assert MASK in shown


def test_keys_in_a_query_are_masked_by_their_names() -> None:
    assert (
        mask("GET /x?api_key=canary&access_token=canary2&limit=1")
        == f"GET /x?api_key={MASK}&access_token={MASK}&limit=1"
    )


def test_our_callback_address_loses_what_cannot_be_guessed_and_the_code_of_a_shop_stays() -> None:
    token = "0123456789abcdef" * 2
    assert mask(f"https://x.example/callbacks/mypromo/orders/{token}/") == (
        f"https://x.example/callbacks/mypromo/orders/{MASK}/"
    )
    assert mask(f'POST \\/callbacks\\/mypromo-fulfiller\\/jobs\\/{token}\\/"').count(MASK) == 1
    plain = "/callbacks/sign-customiser/product-created/WEBSHOP8/"
    assert mask(plain) == plain


def test_masking_a_long_text_takes_time_in_proportion_to_its_length() -> None:
    def seconds(text: str) -> float:
        began = time.process_time()
        mask(text)
        return time.process_time() - began

    assert seconds("a-" * 400_000) < 3


def test_a_body_of_any_type_leaves_whole_and_is_kept_without_its_secret(outside: Outside) -> None:
    body = f"key={SECRET}&orders=[1]".encode()
    with loopback(reply(200, f'{{"echo": "{SECRET[:5]}"}}')) as server:
        session = VendorSession("Toy", base_url=server.url, connection=outside.connection)
        answer = session.request(
            "POST", "x", body=body, content_type="application/x-toy", params={"k": SECRET}, secrets=(SECRET, SECRET[:5])
        )
    assert (server.seen[0].headers["content-type"], server.seen[0].body) == ("application/x-toy", body)
    assert answer.body.decode() == f'{{"echo": "{MASK}"}}'
    (exchange,) = outside.exchanges
    assert exchange.request == f"key={MASK}&orders=[1]"
    assert exchange.url.endswith(f"x?k={MASK}")
    assert exchange.answer == answer.body.decode()


def test_any_status_may_be_left_to_the_caller(outside: Outside) -> None:
    with loopback(reply(422, "no")) as server:
        session = VendorSession("Toy", base_url=server.url, connection=outside.connection)
        assert session.request("POST", "x", read_by_caller=ANY_STATUS).status == 422
        with pytest.raises(VendorRejected):
            session.request("POST", "x")

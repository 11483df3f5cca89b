"""What vendors' JSON holds that nobody can keep is replaced before anything reads it."""

import json

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from backoffice.vendors.bodies import storable
from backoffice.vendors.session import Pace, VendorSession
from tests.vendors.connections import Outside
from tests.vendors.loopback import loopback, reply


def test_nul_and_half_an_emoji_become_the_sign_for_what_is_unknown():
    body = rb'{"name": "Jana \ud83d", "city": "B\u0000erlin", "a": "\udc00", "b": "\ud83d\ude00", "c": "\\u0000"}'
    assert msgspec.json.decode(storable(body)) == {
        "name": "Jana \ufffd", "city": "B\ufffderlin", "a": "\ufffd", "b": "😀", "c": "\\u0000",
    }  # fmt: skip


def test_what_is_no_json_stays_as_it_came():
    for body in (b"%PDF-1.4 \\u0000", b"", b"sku;\\u0000"):
        assert storable(body) == body


@given(st.text(st.characters(exclude_categories=[])))
def test_all_that_can_be_kept_is_kept(text: str):
    wide = text.replace("\0", "\ufffd").encode("utf-16-le", "surrogatepass")
    read = msgspec.json.decode(storable(json.dumps([text]).encode()))
    assert read == [wide.decode("utf-16-le", "replace")]


def test_an_answer_that_was_cut_within_an_emoji_is_read(outside: Outside):
    with loopback(reply(200, rb'{"name": "Jana \ud83d", "city": "B\u0000"}')) as server:
        session = VendorSession("acme", base_url=server.url, connection=outside.connection, pace=Pace(attempts=1))
        read = session.fetch(dict, "GET", "things")
    assert read == {"name": "Jana \ufffd", "city": "B\ufffd"}

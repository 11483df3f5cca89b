"""Who may call us as a vendor, and what is read out of whatever comes."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils.module_loading import import_string
from pytest_django import Settings

from backoffice.vendors import abilities
from backoffice.vendors.base import CallbackRequest, InvalidCallback
from tests.vendors.contract.profile import Profile
from tests.vendors.contract.registry import REGISTRY, each_with, exercise

TOPICS = [
    (name, topic) for name in exercise(abilities.CallsUs) for topic in import_string(REGISTRY[name]).CALLBACK_TOPICS
]
each_topic = pytest.mark.parametrize(("name", "topic"), TOPICS)

DEEP = b'{"a":' * 5000 + b"1" + b"}" * 5000
UNREADABLE = [
    b"", b"null", b"7", b'"x"', b"[]", b"{}", b"{", b"\xff\xfe\x00", b"\x00" * 50, DEEP, b"[" * 100_000,
    b'{"id": "\\u0000"}', b'{"id": "\\ud800"}', b'{"id": ' + b"9" * 5000 + b"}", b"<html>", b"a=b&c=d",
]  # fmt: skip


@pytest.fixture(autouse=True)
def ready(profile: Profile, settings: Settings) -> None:
    for key, value in profile.settings("http://127.0.0.1:1/").items():
        setattr(settings, key, value)


@pytest.fixture
def kind(name: str) -> Any:
    return import_string(REGISTRY[name])


def forged(genuine: CallbackRequest) -> Iterator[CallbackRequest]:
    """Yield the same without proof, with half of it, with one letter changed in any part of it."""
    yield replace(genuine, headers={})
    for name, value in genuine.headers.items():
        yield replace(genuine, headers=genuine.headers | {name: ""})
        yield replace(genuine, headers=genuine.headers | {name: value[:-1]})
        yield replace(genuine, headers=genuine.headers | {name: value[:-1] + ("1" if value[-1] != "1" else "2")})
        yield replace(genuine, headers=genuine.headers | {name: "é" * 40})


@each_topic
def test_what_the_vendor_sends_is_taken_whichever_secret_proves_it(kind: Any, topic: str, profile: Profile) -> None:
    genuine = profile.callbacks(topic)
    assert len(genuine) >= 2, "one for each secret in force, also while it is being changed"
    for request in genuine:
        assert kind.verify_callback(request)
        messages = kind.read_callback(topic, request.body)
        assert messages
        assert all(isinstance(message, kind.CALLBACK_TOPICS[topic]) for message in messages)


@each_topic
def test_what_proves_nothing_is_refused(kind: Any, topic: str, profile: Profile) -> None:
    for genuine in profile.callbacks(topic):
        for request in forged(genuine):
            assert not kind.verify_callback(request), request.headers
        if kind.SIGNS_CALLBACKS:
            assert not kind.verify_callback(replace(genuine, body=genuine.body + b" "))
            assert not kind.verify_callback(replace(genuine, body=b""))


@each_topic
def test_nobody_is_let_in_where_no_secret_is_set(kind: Any, topic: str, profile: Profile, settings: Settings) -> None:
    """An empty secret is none: whoever signs with nothing has no key."""
    genuine = [replace(request, secrets=("",)) for request in profile.callbacks(topic)]
    for name, value in profile.settings("http://127.0.0.1:1/").items():
        if value in profile.secrets:
            setattr(settings, name, "")
    for request in genuine:
        assert not kind.verify_callback(request)


@each_topic
def test_a_body_that_cannot_be_read_is_invalid_and_nothing_else(kind: Any, topic: str) -> None:
    for body in UNREADABLE:
        with pytest.raises(InvalidCallback):
            kind.read_callback(topic, body)


@each_topic
def test_the_body_of_another_topic_and_another_topic_are_invalid(kind: Any, topic: str, profile: Profile) -> None:
    """But for a vendor whose bodies say what they are about, and which may have one address for all of them."""
    body = profile.callbacks(topic)[0].body
    others = [other for other in kind.CALLBACK_TOPICS if other != topic]
    if profile.callbacks_name_their_topic:
        for other in others:
            assert kind.read_callback(other, body) == kind.read_callback(topic, body)
        others = []
    for other in [*others, "no-such-topic", ""]:
        with pytest.raises(InvalidCallback):
            kind.read_callback(other, body)


@each_topic
def test_a_repeat_has_the_same_key_and_other_news_another(kind: Any, topic: str, profile: Profile) -> None:
    """None leaves it to a hash of the body. What cannot be read has to be kept too."""
    body = profile.callbacks(topic)[0].body
    key = kind.callback_key(topic, body)
    assert key == kind.callback_key(topic, bytes(body))
    assert key is None or 0 < len(key) <= 64
    for unreadable in UNREADABLE:
        other = kind.callback_key(topic, unreadable)
        assert other is None or other != key


@each_topic
def test_addresses_that_are_not_ours_are_refused(kind: Any, topic: str) -> None:
    for token in ("../x", "a" * 500, "\x00", "x y"):
        assert not kind.is_callback_path(token)
    if not kind.ADDRESSED_BY_SHOP:
        assert not kind.is_callback_path("0123456789abcdef" * 2)


@each_with(abilities.CallsSecretAddresses)
def test_a_secret_address_is_ours_and_as_secret_as_what_protects_it(kind: Any, profile: Profile) -> None:
    addresses = kind.callback_addresses()
    assert set(addresses) == set(kind.CALLBACK_TOPICS)
    for topic, address in addresses.items():
        head, _, token = address.rstrip("/").rpartition("/")
        assert head == f"{django_settings.PUBLIC_URL}/callbacks/{kind.name}/{topic}"
        assert kind.is_callback_path(token)
        assert len(token) >= 32
        assert not any(secret in address for secret in profile.secrets)


@each_with(abilities.CallsUs)
def test_a_vendor_that_calls_has_topics_and_an_answer(kind: Any) -> None:
    assert kind.CALLBACK_TOPICS
    assert json.dumps(dict(kind.CALLBACK_ANSWER))

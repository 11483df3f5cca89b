"""Only what the provider itself has signed, for us and for this sign-in, lets anybody in."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client
from jwt.utils import base64url_encode

from backoffice.signin.adapters import bounded
from backoffice.signin.adapters.bounded import MOST_BYTES
from backoffice.signin.adapters.single_sign_on import SingleSignOnAdapter
from backoffice.signin.models import SignInEvent
from backoffice.signin.services.id_tokens import ALGORITHMS, keys_at
from tests.signin.conftest import is_in
from tests.signin.providers import (
    FROM_OURS,
    KEY,
    KEY_NAME,
    OTHER_KEY,
    Claims,
    Forger,
    forging_provider,
    go_through,
    public_jwk,
    sign,
    use_provider,
)

CLARA = {"sub": "clara", "email": "clara@example.com", "email_verified": True}
PUBLISHED = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def raw(claims: Claims, algorithm: str, secret: bytes = b"") -> str:
    """Return what a library refuses to make: a token without a signature, or one by whatever secret."""
    header = {"typ": "JWT", "alg": algorithm, "kid": KEY_NAME}
    parts = b".".join(base64url_encode(json.dumps(part).encode()) for part in (header, claims))
    signature = hmac.new(secret, parts, hashlib.sha256).digest() if secret else b""
    return b".".join((parts, base64url_encode(signature))).decode()


FORGED: dict[str, Callable[[Claims], object]] = {
    "no signature": lambda claims: raw(claims, "none"),
    "no signature, spelled otherwise": lambda claims: raw(claims, "nOnE"),
    "a signature that was taken off": lambda claims: raw(claims, "RS256"),
    "the published key as a secret": lambda claims: raw(claims, "HS256", PUBLISHED),
    "the published key's text as a secret": lambda claims: raw(claims, "HS256", json.dumps(public_jwk(KEY)).encode()),
    "a secret behind another algorithm's name": lambda claims: raw(claims, "RS256", PUBLISHED),
    "our own secret": lambda claims: raw(claims, "HS256", b"s"),
    "another key": lambda claims: sign(claims, OTHER_KEY),
    "a key that the token brings along": lambda claims: sign(claims, OTHER_KEY, jwk=public_jwk(OTHER_KEY)),
    "a key that is not published": lambda claims: sign(claims, OTHER_KEY, kid="two"),
    "another issuer": lambda claims: sign(claims | {"iss": "https://evil.example"}),
    "another client": lambda claims: sign(claims | {"aud": "others"}),
    "another client beside us": lambda claims: sign(claims | {"aud": ["us", "others"], "azp": "others"}),
    "no client": lambda claims: sign({name: claims[name] for name in claims if name != "aud"}),
    "an end that is past": lambda claims: sign(claims | {"iat": time.time() - 9000, "exp": int(time.time()) - 120}),
    "no end": lambda claims: sign({name: claims[name] for name in claims if name != "exp"}),
    "another sign-in": lambda claims: sign(claims | {"nonce": "0" * 64}),
    "no sign-in": lambda claims: sign({name: claims[name] for name in claims if name != "nonce"}),
    "somebody else than the user info": lambda claims: sign(claims | {"sub": "boss"}),
    "no token at all": lambda claims: None,
    "what is no token": lambda claims: "e30.e30",
}


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[str, Forger]]:
    with forging_provider([CLARA]) as found:
        yield found


@pytest.fixture
def forger(running: tuple[str, Forger], clara: User, settings: LazySettings) -> Iterator[Forger]:
    address, forger = running
    use_provider(settings, address)
    keys_at.cache_clear()
    forger.restore()
    yield forger
    forger.keys_wait.set()


@pytest.fixture
def enter_by_it(running: tuple[str, Forger], forger: Forger) -> Callable[[], Client]:
    return lambda: go_through(running[0], "clara")


def refusals() -> list[str]:
    return list(SignInEvent.objects.values_list("refusal", flat=True))


def test_control_what_the_provider_signs_lets_in(enter_by_it: Callable[[], Client]) -> None:
    assert is_in(enter_by_it())
    assert refusals() == [""]


@pytest.mark.parametrize("what", FORGED)
def test_a_token_that_the_provider_did_not_make_for_this_lets_nobody_in(
    what: str, forger: Forger, enter_by_it: Callable[[], Client]
) -> None:
    forger.make = FORGED[what]
    client = enter_by_it()
    answer: Any = client.answer  # type: ignore[attr-defined]
    assert answer.status_code == 403
    assert not is_in(client)
    assert refusals() == ["provider"]
    assert not SocialAccount.objects.exists()


def test_no_algorithm_whose_key_is_a_secret_is_taken() -> None:
    kinds = jwt.algorithms.get_default_algorithms()
    assert [name for name in ALGORITHMS if isinstance(kinds[name], jwt.algorithms.HMACAlgorithm)] == []
    assert "none" not in ALGORITHMS


def test_a_provider_that_calls_itself_otherwise_is_not_gone_to(forger: Forger) -> None:
    forger.described = {"issuer": "https://evil.example"}
    answer = Client().get("/account/oidc/login/?process=login", headers=FROM_OURS)
    assert answer.status_code == 502
    assert refusals() == ["provider"]


@pytest.mark.parametrize(("size", "status"), [(MOST_BYTES + 1, 502), (MOST_BYTES // 2, 302)])
def test_of_a_provider_that_never_ends_no_more_is_read_than_a_limit(forger: Forger, size: int, status: int) -> None:
    forger.described = {"padding": "x" * size}
    answer = Client().get("/account/oidc/login/?process=login", headers=FROM_OURS)
    assert answer.status_code == status
    assert refusals() == (["provider"] if status == 502 else [])


def test_of_a_provider_that_sends_byte_by_byte_no_more_is_waited_for_than_a_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Drip(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "400")
            self.end_headers()
            with suppress(OSError):  # whoever asked has gone
                for _byte in range(400):
                    self.wfile.write(b"x")
                    time.sleep(0.05)

        def log_message(self, format: str, *args: object) -> None:
            pass

    monkeypatch.setattr(bounded, "MOST_SECONDS", 0.3)
    session = SingleSignOnAdapter().get_requests_session()
    before = time.monotonic()
    with ThreadingHTTPServer(("127.0.0.1", 0), Drip) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(requests.ConnectionError, match="seconds"):
            session.get(f"http://127.0.0.1:{server.server_port}/")
        server.shutdown()
    # All of it would take twenty.
    assert time.monotonic() - before < 10


def test_keys_are_asked_for_once_even_for_one_that_is_not_there(
    forger: Forger, enter_by_it: Callable[[], Client]
) -> None:
    for _time in range(2):
        assert is_in(enter_by_it())
    forger.make = FORGED["a key that is not published"]
    for _time in range(3):
        assert not is_in(enter_by_it())
    assert forger.times_asked == 1


def test_keys_that_do_not_come_keep_nobody_waiting(
    forger: Forger, enter_by_it: Callable[[], Client], settings: LazySettings
) -> None:
    settings.SOCIALACCOUNT_REQUESTS_TIMEOUT = 1
    forger.keys_wait.clear()
    before = time.monotonic()
    assert not is_in(enter_by_it())
    assert time.monotonic() - before < 4
    assert refusals() == ["provider"]
    forger.keys_wait.set()
    assert is_in(enter_by_it())

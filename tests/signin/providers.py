"""Providers of single sign-on on loopback: an honest one, and one whose tokens are what a test makes of them."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import flask
import jwt
import oidc_provider_mock
import requests
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from django.conf import LazySettings
from django.test import Client
from jwt.algorithms import RSAAlgorithm
from werkzeug.serving import make_server

FROM_OURS = {"Referer": "http://testserver/admin/login/", "Sec-Fetch-Site": "same-origin"}
KEY, OTHER_KEY = (generate_private_key(65537, 2048) for _one in range(2))
KEY_NAME = "one"
Claims = dict[str, Any]


def use_provider(settings: LazySettings, address: str) -> None:
    """Let single sign-on be done at that address."""
    settings.OIDC = settings.OIDC | {"issuer": address}
    app = {"provider_id": "oidc", "name": "Keycloak", "client_id": "us", "secret": "s"}
    app |= {"settings": {"server_url": address}}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}


def go_through(provider: str, subject: str, *, client: Client | None = None, process: str = "login") -> Client:
    """Sign in at the provider as one of its people, and come back."""
    client = client or Client()
    away = client.get(f"/account/oidc/login/?process={process}&next=/admin/mail/staffmail/", headers=FROM_OURS)
    assert away["Location"].startswith(provider), away.content
    assert "code_challenge=" in away["Location"]
    back = requests.post(away["Location"], data={"sub": subject}, allow_redirects=False, timeout=10)
    found = urlsplit(back.headers["Location"])
    client.answer = client.get(f"{found.path}?{found.query}")  # type: ignore[attr-defined]
    return client


def public_jwk(key: RSAPrivateKey) -> dict[str, Any]:
    return {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": KEY_NAME, "use": "sig", "alg": "RS256"}


def sign(claims: Claims, key: RSAPrivateKey = KEY, **headers: Any) -> str:
    """Return the token as the provider would."""
    return jwt.encode(claims, key, "RS256", headers={"kid": KEY_NAME} | headers)


class Forger:
    """What stands before a provider and alters its answers."""

    def __init__(self) -> None:
        self.restore()

    def restore(self) -> None:
        """Forge nothing."""
        self.make: Callable[[Claims], object] = sign
        self.described: dict[str, Any] = {}
        self.times_asked = 0
        self.keys_wait = threading.Event()
        self.keys_wait.set()

    def alter(self, response: flask.Response) -> flask.Response:
        answer: Any = response.get_json(silent=True)
        if flask.request.path == "/jwks":
            self.times_asked += 1
            self.keys_wait.wait(5)
            answer = {"keys": [public_jwk(KEY)]}
        elif flask.request.path == "/oauth2/token" and "id_token" in (answer or {}):
            claims = jwt.decode(answer["id_token"], options={"verify_signature": False})
            answer["id_token"] = self.make(claims)
        elif flask.request.path == "/.well-known/openid-configuration":
            answer |= self.described
        if answer is not None:
            response.set_data(json.dumps(answer))
        return response


@contextmanager
def forging_provider(people: list[Claims]) -> Iterator[tuple[str, Forger]]:
    """Run one; return its address and what alters its answers."""
    forger = Forger()
    app = oidc_provider_mock.app(user_claims=[oidc_provider_mock.User(sub=one["sub"], claims=one) for one in people])
    app.after_request(forger.alter)
    server = make_server("localhost", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}", forger
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()

"""`oauth/token` and what its tokens are good for."""

import hmac
import secrets
import threading
from typing import Any

from backoffice.sandbox.clock import Clock
from backoffice.sandbox.mypromo.routing import ANY, PUBLIC, Caller, Refusal, Route
from backoffice.sandbox.options import Client, Options
from backoffice.sandbox.wire import Request, Response, json_response, message

INVALID_CLIENT = {
    "error": "invalid_client",
    "error_description": "Client authentication failed",
    "message": "Client authentication failed",
}


class Tokens:
    """Bearer tokens given out; each lives `token_lifetime` seconds of sandbox time unless revoked."""

    def __init__(self, *, options: Options, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self._lock = threading.Lock()
        self.held: dict[str, dict[str, Any]] = {}

    def routes(self) -> list[Route]:
        """Return the one route."""
        return [Route("POST", "oauth/token", PUBLIC, self.issue)]

    def issue(self, request: Request, caller: Caller) -> Response:
        """Give a token for the client's credentials."""
        asked = request.json()
        if asked.get("grant_type") != "client_credentials":
            return _oauth_error("unsupported_grant_type", "The authorization grant type is not supported.")
        client = self._client(asked)
        if client is None:
            return json_response(401, INVALID_CLIENT)
        scope = asked.get("scope") or "*"
        requested = client.roles if scope == "*" else tuple(str(scope).split())
        if not set(requested) <= set(client.roles):
            return _oauth_error("invalid_scope", "The requested scope is invalid, unknown, or malformed")
        token = secrets.token_hex(32)
        expires = self._clock.now().timestamp() + self._options.token_lifetime
        with self._lock:
            self.held[token] = {"client": client.client_id, "scopes": list(requested), "expires": expires}
        answer = {"token_type": "Bearer", "expires_in": self._options.token_lifetime, "access_token": token}
        return json_response(200, answer)

    def caller(self, request: Request, role: str) -> Caller:
        """Return who asks. Raises Refusal with 401 for a missing or dead token, 403 for a missing scope."""
        if role == PUBLIC:
            return Caller(None)
        kind, _, token = (request.headers.get("Authorization") or "").partition(" ")
        held = self.held.get(token.strip()) if kind.lower() == "bearer" else None
        if held is None or held["expires"] <= self._clock.now().timestamp():
            raise Refusal(message(401, "Unauthenticated."))
        client = next((c for c in self._options.clients if c.client_id == held["client"]), None)
        if client is None:
            raise Refusal(message(401, "Unauthenticated."))
        if role != ANY and role not in held["scopes"]:
            raise Refusal(message(403, "Invalid scope(s) provided."))
        return Caller(client, tuple(held["scopes"]))

    def revoke(self, token: str) -> None:
        """Make one token worthless."""
        with self._lock:
            self.held.pop(token, None)

    def revoke_all(self) -> None:
        """Make every token worthless."""
        with self._lock:
            self.held.clear()

    def _client(self, asked: dict[str, Any]) -> Client | None:
        given_id, secret = str(asked.get("client_id", "")), str(asked.get("client_secret", ""))
        for client in self._options.clients:
            if client.client_id == given_id and hmac.compare_digest(client.client_secret.encode(), secret.encode()):
                return client
        return None


def _oauth_error(error: str, text: str) -> Response:
    return json_response(400, {"error": error, "error_description": text, "message": text})

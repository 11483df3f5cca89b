"""What a provider signs of who comes back from it: believed with its own signature, for us, and for this sign-in."""

from functools import lru_cache
from hmac import compare_digest
from typing import Any

import jwt
from django.conf import settings
from django.utils.crypto import salted_hmac

# Signed with a key that only the provider has. Never one of the HS family, whose key would be the published one.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
# Seconds that the provider's clock may differ from ours.
LEEWAY = 60
# Keys are asked for again after so many seconds, and for a key that is not among them as often at most.
KEYS_KEPT = 300
KEYS_ASKED_EVERY = 30
_REQUIRED = ["iss", "aud", "exp", "iat", "sub", "nonce"]


def nonce_for(state: str) -> str:
    """Return what the token of this sign-in has to repeat: made of its state, which the session alone keeps."""
    return salted_hmac("backoffice.signin.nonce", state, algorithm="sha256").hexdigest()


def read_id_token(token: str, *, keys: str, issuer: str, client_id: str, state: str) -> dict[str, Any]:
    """Return the claims of a token, by the keys at that address.

    Raise `jwt.PyJWTError` for one that another signed, or by another kind of algorithm, that is of another issuer, for
    another client or sign-in, or no longer valid, and where no key can be had.
    """
    claims: dict[str, Any] = jwt.decode(
        token,
        _key_of(token, keys_at(keys)),
        algorithms=ALGORITHMS,
        issuer=issuer,
        audience=client_id,
        leeway=LEEWAY,
        options={"require": _REQUIRED, "enforce_minimum_key_length": True},
    )
    if not compare_digest(str(claims["nonce"]).encode(), nonce_for(state).encode()):
        raise jwt.InvalidTokenError("The token is of another sign-in.")
    if claims.get("azp", client_id) != client_id:
        raise jwt.InvalidTokenError("The token was made for another client.")
    return claims


@lru_cache(maxsize=4)
def keys_at(address: str) -> jwt.PyJWKClient:
    """Return what keeps the keys of that address in this process."""
    return jwt.PyJWKClient(
        address,
        lifespan=KEYS_KEPT,
        cooldown_duration=KEYS_ASKED_EVERY,
        timeout=settings.SOCIALACCOUNT_REQUESTS_TIMEOUT,
    )


def _key_of(token: str, client: jwt.PyJWKClient) -> jwt.PyJWK:
    """Return the key that a token names; it need not name one where there is but one."""
    name = jwt.get_unverified_header(token).get("kid")
    if name is not None:
        return client.get_signing_key(name)
    keys = client.get_signing_keys()
    if len(keys) != 1:
        raise jwt.InvalidTokenError("The token does not say which key signed it.")
    return keys[0]

"""What proves who we are: access tokens by OAuth 2 client credentials, which all workers share, or a fixed header."""

from urllib.parse import urlsplit

import msgspec

from backoffice.vendors.base import TokenStore
from backoffice.vendors.errors import VendorAmbiguous, VendorAuthFailed, VendorRejected, VendorUnavailable
from backoffice.vendors.registry import vendor_title
from backoffice.vendors.session import VendorSession

# A token is not trusted for longer, whatever the vendor says; and it is renewed that long before its end.
LONGEST_LIFE = 25 * 24 * 3600.0
MARGIN = 300.0
UNNAMED_LIFE = 3600.0


class _TokenResponse(msgspec.Struct):
    access_token: str
    expires_in: float | None = None


def life_of(expires_in: float | None) -> float:
    """Return the seconds that a token is used: as the vendor says, at most 25 days, less five minutes or a tenth."""
    life = min(expires_in or UNNAMED_LIFE, LONGEST_LIFE)
    return max(life - min(MARGIN, life / 10), 0.0)


def origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port of an address, the port filled in where the scheme implies it."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme)


class ClientCredentials:
    """Gets tokens at `path` with a client's id and secret; `session` has no authorization of its own.

    Asking twice does no harm, so a request whose answer is lost counts as "not available". Raises
    VendorAuthFailed when the vendor refuses the credentials, and VendorUnavailable.
    """

    def __init__(
        self,
        session: VendorSession,
        *,
        tokens: TokenStore,
        path: str,
        client_id: str,
        client_secret: str,
        scope: str,
    ) -> None:
        self.session = session
        self.tokens = tokens
        self.path = path
        self.request = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
            "scope": scope,
        }

    def token(self) -> str:
        return self.tokens.get() or self.tokens.renew(stale=None, fetch=self._fetch)

    def renew(self, *, stale: str) -> str:
        """Return a token other than `stale`; of many callers at once, one asks the vendor."""
        return self.tokens.renew(stale=stale, fetch=self._fetch)

    def headers(self, url: str, *, token: str) -> dict[str, str]:
        """Return the token's header for the vendor's own origin, and none for any other."""
        if origin(url) != origin(self.session.base_url):
            return {}
        return {"Authorization": f"Bearer {token}"}

    def _fetch(self) -> tuple[str, float]:
        try:
            body = msgspec.json.encode(self.request)
            answer = self.session.fetch(_TokenResponse, "POST", self.path, body=body, secret=True, is_harmless=True)
        except VendorAmbiguous as error:
            raise VendorUnavailable(error.text, status=error.status) from error
        except VendorRejected as error:
            text = f"{vendor_title(self.session.name)} gives us no token: {error.text}"
            raise VendorAuthFailed(text, status=error.status) from error
        return answer.access_token, life_of(answer.expires_in)


class FixedHeader:
    """A key that never changes, sent as the header `name` to the vendor's own origin and to no other."""

    def __init__(self, base_url: str, *, name: str, value: str) -> None:
        self.base_url = base_url
        self.header = {name: value}

    def token(self) -> str:
        return ""

    def renew(self, *, stale: str) -> str:
        """Raise VendorAuthFailed: there is no other key, so a 401 is final."""
        raise VendorAuthFailed("Our key was refused, and there is no other one.", status=401)

    def headers(self, url: str, *, token: str) -> dict[str, str]:
        return self.header if origin(url) == origin(self.base_url) else {}

"""One access token per vendor for all workers.

Of many workers that find the token stale, one fetches and the others wait for its result; a killed one frees the lock.
"""

import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from backoffice.engine.models import VendorToken
from backoffice.engine.services.locks import SharedLock
from backoffice.model_fields import KeyMissing
from backoffice.vendors.errors import VendorUnavailable
from backoffice.vendors.registry import vendor_title

POLL_SECONDS = 0.05
# First half of the lock's key: says what is locked, the second half says for whom.
_LOCK_SPACE = 0x544F


class SharedTokens:
    """The `TokenStore` of one account. A token that was got with other credentials than `got_with` does not count: who
    still has the old ones must not leave its token to those who have the new ones.
    """

    def __init__(self, vendor: str, *, got_with: str = "") -> None:
        self.vendor = vendor
        self.got_with = got_with

    def get(self) -> str | None:
        """Return the current token, None when there is none or it has ended."""
        try:
            known = VendorToken.objects.filter(vendor=self.vendor, got_with=self.got_with)
            row = known.filter(expires_at__gt=timezone.now()).first()
        except KeyMissing:
            return None  # a new one is fetched
        return row.token if row else None

    def renew(self, *, stale: str | None, fetch: Callable[[], tuple[str, float]]) -> str:
        """Replace `stale`: the first caller runs `fetch` (token, seconds it lives), the others take what it got.

        Raises what `fetch` raises, and VendorUnavailable when another worker holds the lock too long.
        """
        deadline = time.monotonic() + settings.VENDOR_CONNECT_TIMEOUT + settings.VENDOR_READ_TIMEOUT + 5
        with SharedLock(_LOCK_SPACE, self.vendor) as lock:
            while time.monotonic() < deadline:
                current = self.get()
                if current and current != stale:
                    return current
                if lock.take():
                    return self._fetch_once(stale=stale, fetch=fetch)
                time.sleep(POLL_SECONDS)
        text = f"No token of {vendor_title(self.vendor)}: another worker has been asking for too long."
        raise VendorUnavailable(text)

    def _fetch_once(self, *, stale: str | None, fetch: Callable[[], tuple[str, float]]) -> str:
        current = self.get()
        if current and current != stale:
            return current
        token, seconds = fetch()
        expires_at = timezone.now() + timedelta(seconds=seconds)
        row = VendorToken(vendor=self.vendor, token=token, expires_at=expires_at, got_with=self.got_with)
        # Without reading what is there, which a key that is gone may have sealed.
        VendorToken.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["vendor"], update_fields=["token", "expires_at", "got_with"]
        )
        return token

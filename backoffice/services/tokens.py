"""One access token per vendor for all workers.

Of many workers that find the token stale, one fetches and the others wait for its result. The lock is PostgreSQL's
advisory lock of the session, so no transaction stays open over the call and a killed worker frees it.
"""

import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from backoffice.models import VendorToken
from backoffice.vendors.errors import VendorUnavailable

POLL_SECONDS = 0.05


class SharedTokens:
    """The `TokenStore` of one vendor."""

    def __init__(self, vendor: str) -> None:
        self.vendor = vendor

    def get(self) -> str | None:
        """The current token, None when there is none or it has ended."""
        row = VendorToken.objects.filter(vendor=self.vendor, expires_at__gt=timezone.now()).first()
        return row.token if row else None

    def renew(self, *, stale: str | None, fetch: Callable[[], tuple[str, float]]) -> str:
        """Replace `stale`: the first caller runs `fetch` (token, seconds it lives), the others take what it got.

        Raises what `fetch` raises, and VendorUnavailable when another worker holds the lock too long.
        """
        deadline = time.monotonic() + settings.VENDOR_CONNECT_TIMEOUT + settings.VENDOR_READ_TIMEOUT + 5
        while time.monotonic() < deadline:
            current = self.get()
            if current and current != stale:
                return current
            if self._try_lock():
                try:
                    return self._fetch_once(stale=stale, fetch=fetch)
                finally:
                    self._unlock()
            time.sleep(POLL_SECONDS)
        raise VendorUnavailable(f"No token of {self.vendor}: another worker has been asking for too long.")

    def _fetch_once(self, *, stale: str | None, fetch: Callable[[], tuple[str, float]]) -> str:
        current = self.get()
        if current and current != stale:
            return current
        token, seconds = fetch()
        VendorToken.objects.update_or_create(
            vendor=self.vendor, defaults={"token": token, "expires_at": timezone.now() + timedelta(seconds=seconds)}
        )
        return token

    def _try_lock(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtext('vendor token'), hashtext(%s))", [self.vendor])
            return bool(cursor.fetchone()[0])

    def _unlock(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('vendor token'), hashtext(%s))", [self.vendor])

"""Guaranteed Reviews in its own words, one method per route. No key ends up in a record, an error or an answer."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from django.conf import settings as all_settings

from backoffice.vendors.base import Connection
from backoffice.vendors.guaranteed_reviews.keys import Key, every_secret
from backoffice.vendors.guaranteed_reviews.meaning import NAME
from backoffice.vendors.guaranteed_reviews.payloads import form_body, json_body
from backoffice.vendors.guaranteed_reviews.schemas import PrivateReviews, PublicReviews, SentOrder
from backoffice.vendors.responses import Response
from backoffice.vendors.session import ANY_STATUS, Pace, VendorSession

_BODIES = {"form": form_body, "json": json_body}
ORDERS = "private/v3/orders"
MAX_REVIEWS = 16 * 1024 * 1024  # bytes: a thousand long reviews


class GuaranteedReviewsClient:
    """All calls. Raises VendorError and nothing else."""

    def __init__(self, connection: Connection, *, settings: Any = all_settings, pace: Pace | None = None) -> None:
        self.settings = settings
        # Their page of orders shows one whole address; put in as it stands there, it has to do as well.
        base_url = settings.GUARANTEED_REVIEWS_URL.strip().rstrip("/").removesuffix(f"/{ORDERS}")
        self.session = VendorSession(NAME, base_url=base_url, connection=connection, pace=pace)

    def send_orders(self, key: Key, orders: Sequence[SentOrder]) -> Response:
        """`POST private/v3/orders`: the answer whatever its status (`meaning.read_results` says what it means).

        Safe to repeat: an order is not imported again when its `id_order` or `reference` is known. No quota; no
        limit on the number is documented. Raises VendorUnavailable, VendorAmbiguous.
        """
        body, content_type = _BODIES[self.settings.GUARANTEED_REVIEWS_ENCODING](key.text, orders)
        return self.session.request(
            "POST",
            ORDERS,
            body=body,
            content_type=content_type,
            secrets=every_secret(self.settings),
            read_by_caller=ANY_STATUS,
        )

    def private_reviews(self, key: Key, *, limit: int) -> PrivateReviews:
        """`GET private/v3/reviews`: the newest reviews, `limit` 1 to 1000. Known from public code only."""
        params = {"api_key": key.text, "review_type": "both", "limit": str(limit)}
        return self.session.fetch(
            PrivateReviews,
            "GET",
            "private/v3/reviews",
            params=params,
            secrets=every_secret(self.settings),
            max_bytes=MAX_REVIEWS,
        )

    def public_reviews(self, key: Key, *, scope: str) -> PublicReviews:
        """`GET public/v3/reviews/{key}/{scope}`: published reviews, newest first, at most 1000.

        `scope` is `site` or the number of a product. From the vendor's page of its public API.
        """
        # A slash in a key stays one: servers often refuse %2F in a path.
        path = f"public/v3/reviews/{quote(key.text, safe='/')}/{quote(scope, safe='')}"
        return self.session.fetch(
            PublicReviews, "GET", path, secrets=every_secret(self.settings), max_bytes=MAX_REVIEWS
        )

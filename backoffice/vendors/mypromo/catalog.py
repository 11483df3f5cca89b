"""mypromo's catalogue, in our words: what `MyPromo` can do about products.

Paging: `page` with `last_page`, since `links` lose the filters and the server may cap what is asked for.
Where `last_page` is missing the listing ends at an empty page, at one without `next`, or at one that repeats
an earlier one. A server that ignores `page` is asked by `from` instead.
"""

import logging
from collections.abc import Iterator
from hashlib import blake2b

from django.conf import settings

from backoffice.vendors.abilities import HasCatalogue, HasMarkets
from backoffice.vendors.catalog_messages import CatalogPage, CatalogProblem, ProductData
from backoffice.vendors.errors import (
    RateLimited,
    VendorAmbiguous,
    VendorNotFound,
    VendorProtocolError,
    VendorUnavailable,
)
from backoffice.vendors.mypromo.catalog_pages import Listing, read_listing, read_page, read_product
from backoffice.vendors.mypromo.client import MypromoClient
from backoffice.vendors.mypromo.paging import is_none_found

logger = logging.getLogger(__name__)

PRODUCTS_PER_PAGE = 250
# A page that fails is left out; that many in a row mean that the vendor is down.
PAGES_TO_GIVE_UP = 3
# mypromo's word for the country that ISO 3166 calls GB.
THEIR_COUNTRY_CODES = {"GB": "UK"}


def shipping_country(wanted: str = "") -> str:
    """Return mypromo's code of a country that goods ship from: the usual one when left out."""
    country: str = (wanted or settings.MYPROMO_SHIPPING_FROM).upper()
    return THEIR_COUNTRY_CODES.get(country, country)


class CatalogAbility(HasCatalogue):
    """Reading products. Mixed into `MyPromo`, which gives `client`."""

    client: MypromoClient

    @property
    def languages(self) -> list[str]:
        return [language.upper() for language in settings.MYPROMO_LANGUAGES]

    def read_product(self, vendor_id: str, *, language: str) -> ProductData:
        """Return a group with all its variants, also by a variant's id. Raises VendorError, UnreadableProduct."""
        return read_product(self.client.product(vendor_id, lang=language))

    def iter_products(self, *, language: str, sku: str = "") -> Iterator[CatalogPage]:
        reader = _ListingReader(self.client, language=language, sku=sku)
        while not reader.finished:
            yield reader.read_next()


class MarketAbility(CatalogAbility, HasMarkets):
    """Reading products in the currency and from the country of a market. A fulfiller has its own goods only."""

    # Their default; asked for without a currency, so that a listing is the same bytes as ever.
    LISTING_CURRENCY = "EUR"

    def iter_market(
        self, *, language: str, currency: str, shipping_from: str = "", sku: str = ""
    ) -> Iterator[CatalogPage]:
        reader = _ListingReader(self.client, language=language, sku=sku, currency=currency, shipping_from=shipping_from)
        while not reader.finished:
            yield reader.read_next()


class _ListingReader:
    """Where we are in a listing, and when it is over."""

    def __init__(
        self, client: MypromoClient, *, language: str, sku: str, currency: str = "", shipping_from: str = ""
    ) -> None:
        self.client = client
        self.params = {
            "per_page": str(PRODUCTS_PER_PAGE),
            "lang": language,
            "shipping_from": shipping_country(shipping_from),
        }
        self.params |= {name: value for name, value in (("currency", currency), ("sku", sku)) if value}
        self.page = 1
        self.by_offset = False
        self.count = 0
        self.last_page: int | None = None
        self.total: int | None = None
        self.failures = 0
        self.prints: list[bytes] = []
        self.finished = False

    def read_next(self) -> CatalogPage:
        """Read the next page. Raises VendorError when there is no point in going on."""
        try:
            place = {"from": str(self.count)} if self.by_offset else {"page": str(self.page)}
            listing = read_listing(self.client.products_page(self.params | place))
        except RateLimited:
            raise
        except VendorNotFound as error:
            return self._end_of_list(error)
        except (VendorUnavailable, VendorAmbiguous, VendorProtocolError) as error:
            return self._skip(error)
        # The last announcement counts: products come and go while we read.
        self.last_page = listing.last_page or self.last_page
        if not listing.products and not self.by_offset and self.page < (self.last_page or 0):
            return self._skip(VendorProtocolError("mypromo shows no products there."))
        self.failures = 0
        self.total = self.total if listing.total is None else listing.total
        if self._is_repeat(listing):
            return self._stop_at_repeat()
        self.count += len(listing.products)
        if self.by_offset and not listing.products and self.count < (self.total or 0):
            return self._stop_at_repeat()
        self.finished = self._is_last(listing)
        self.page += 1
        return read_page(listing)

    def _is_last(self, listing: Listing) -> bool:
        if self.by_offset and self.total is not None:
            return self.count >= self.total
        if self.last_page is not None and not self.by_offset:
            return self.page >= self.last_page
        return not listing.products or listing.has_next is False

    def _is_repeat(self, listing: Listing) -> bool:
        """Return whether a server ignores `page` and sends the same again, or starts over behind the end."""
        if not listing.products:
            return False
        digest = blake2b(digest_size=16)
        for product in listing.products:
            digest.update(product)
        known = digest.digest() in self.prints
        # The first and the newest are enough to notice either.
        self.prints = [*self.prints[:1], digest.digest()]
        return known

    def _stop_at_repeat(self) -> CatalogPage:
        if self._is_worth_asking_by_offset():
            self.by_offset = True
            return CatalogPage(total=self.total)
        self.finished = True
        if self.last_page is None:
            return CatalogPage(total=self.total)
        text = f"Page {self.page} of {self.last_page} repeats an earlier one: the rest cannot be read."
        return CatalogPage(problems=(CatalogProblem(text=text),), total=self.total)

    def _is_worth_asking_by_offset(self) -> bool:
        """Return whether it can be told in the end that all was shown."""
        return not self.by_offset and self.page == 2 and self.count < (self.total or 0)

    def _end_of_list(self, error: VendorNotFound) -> CatalogPage:
        """End the list at mypromo's 404 for an empty one. Any other 404, or one before the end, is a failed page."""
        is_before_end = self.last_page is not None and self.page < self.last_page
        if is_before_end or not is_none_found(error):
            return self._skip(error)
        self.finished = True
        return CatalogPage(total=self.total)

    def _skip(self, error: VendorUnavailable | VendorAmbiguous | VendorProtocolError | VendorNotFound) -> CatalogPage:
        self.failures += 1
        if self.failures >= PAGES_TO_GIVE_UP or self.last_page is None:
            raise error
        logger.warning("Page %s of the product list is left out: %s", self.page, error.text)
        problem = CatalogProblem(text=f"Page {self.page} of {self.last_page}: {error.text}")
        self.finished = self.page >= self.last_page
        self.page += 1
        return CatalogPage(problems=(problem,), total=self.total)

"""What a vendor sells, and changing what it holds of it: prices, texts, stock, channels.

Every change is absolute and sent in batches, so sending one twice does no harm. Each raises VendorRejected, whose
errors name the wrong rows by the SKUs that were sent.
"""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Protocol

from backoffice.vendors.base import Vendor
from backoffice.vendors.batch_messages import (
    FulfillerPriceUpdate,
    JobReport,
    JobTicket,
    RemoteJobRow,
    SalesPriceUpdate,
    SearchTextUpdate,
    StockUpdate,
    SyncUpdate,
)
from backoffice.vendors.catalog_messages import CatalogPage
from backoffice.vendors.listing_messages import PriceData, SearchData, StockData
from backoffice.vendors.messages import CarrierData, CountryData, StateData
from backoffice.vendors.rating_messages import PublishedRating


class HasCatalogue(Vendor, Protocol):
    """Lists its products. Ordered lines find their vendor by its catalogue."""

    @property
    def languages(self) -> list[str]:
        """The languages to read, two letters in upper case, the main one first."""

    def iter_products(self, *, language: str, sku: str = "") -> Iterator[CatalogPage]:
        """Return the catalogue page by page; `sku` narrows it, unless the vendor ignores that.

        A page that cannot be had becomes a problem of its own. Raises VendorError when there is no point in going on.
        """


class HasMarkets(HasCatalogue, Protocol):
    """Lists its products with their prices in other currencies, and those that ship from other countries."""

    # Of the prices in `iter_products`.
    LISTING_CURRENCY: ClassVar[str]

    def iter_market(
        self, *, language: str, currency: str, shipping_from: str = "", sku: str = ""
    ) -> Iterator[CatalogPage]:
        """Return as `iter_products` what ships from a country, by ISO code (left out: from the usual one), with prices
        in a currency: what comes in another one has none in that.
        """


class HasReferenceData(Vendor, Protocol):
    """Knows countries, states and carriers. Each list comes whole, or VendorError is raised."""

    def countries(self) -> list[CountryData]: ...

    def states(self) -> list[StateData]: ...

    def carriers(self) -> list[CarrierData]: ...


class ListsPrices(Vendor, Protocol):
    """Shows what it holds of prices. As with all lists here `sku` narrows it to one, and it is whole or raises
    VendorError: what is missing must never look like "gone".
    """

    def iter_prices(self, *, sku: str = "") -> Iterator[PriceData]: ...


class ListsStock(Vendor, Protocol):
    """Shows what it holds of stock and availability."""

    def iter_stock(self, *, sku: str = "") -> Iterator[StockData]: ...


class TakesChanges(Vendor, Protocol):
    """Takes changes as jobs: it answers a batch with a ticket, works later, and reports."""

    # Rows of a batch; more raise ValueError.
    MAX_BATCH: ClassVar[int]
    # Other accounts of the same company, whose SKUs mean the same.
    SHARES_SKUS_WITH: ClassVar[Sequence[str]] = ()

    def read_job(self, vendor_id: str) -> JobReport:
        """Return the job as it is now: QUEUED when it is not known, as right after its batch."""

    def list_jobs(self) -> Iterator[JobReport]:
        """Return all jobs that the vendor still lists, in its order."""

    def fetch_report(self, url: str) -> bytes:
        """Return the table behind a job's `report_url`. Raises UnsafeUrl for a link that is not the vendor's."""

    @staticmethod
    def parse_report(body: bytes) -> tuple[RemoteJobRow, ...]:
        """Return the rows of such a table. Raises UnreadableReport."""


class TakesSalesPrices(TakesChanges, ListsPrices, Protocol):
    def update_sales_prices(self, rows: Sequence[SalesPriceUpdate]) -> JobTicket:
        """Set our sales prices; quantities that are not given stay as they are."""


class TakesFulfillerPrices(TakesChanges, ListsPrices, Protocol):
    def update_fulfiller_prices(self, rows: Sequence[FulfillerPriceUpdate]) -> JobTicket:
        """Replace all prices of the products: quantities that are not given are lost for good."""


class TakesTexts(TakesChanges, Protocol):
    def iter_search_texts(self, *, sku: str = "") -> Iterator[SearchData]: ...

    def update_search_texts(self, rows: Sequence[SearchTextUpdate]) -> JobTicket:
        """Set all our texts of the SKUs, or reset them to the defaults."""


class TakesStock(TakesChanges, ListsStock, Protocol):
    def update_stock_fulfiller(self, rows: Sequence[StockUpdate]) -> JobTicket:
        """Set availability, stock or both. What is not available keeps its stock and cannot be ordered."""


class TakesChannels(TakesChanges, ListsStock, Protocol):
    def update_sync(self, rows: Sequence[SyncUpdate]) -> JobTicket:
        """Pass products on to sales channels, or no longer; they stay visible here either way."""


class HasRatings(Vendor, Protocol):
    """Publishes what buyers say."""

    @classmethod
    def calls_per_run(cls) -> int:
        """Return how many calls may be made at most each time that ratings are read."""

    @classmethod
    def rating_groups(cls) -> list[tuple[str, str, str]]:
        """Return (group, shop's code, language in upper case or "") of all that can be read; never a key."""

    def read_rating(self, *, group: str, product_id: int | None = None, most: int = 20) -> PublishedRating:
        """Return what is published of a product, or of the whole shop, with the newest `most` reviews.

        Raises VendorRejected for a group that is not known (any more).
        """

"""What crosses between a vendor and the catalogue when prices, stock or texts are changed in batches, in our words.

A batch is taken as a job: the vendor answers with a ticket at once, works later, and reports. Prices are Decimal,
net, per piece, in `currency`. A row names its product by `sku`, or for a fulfiller by its own `sku_fulfiller`.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from backoffice.vendors.listing_messages import SearchTexts
from backoffice.vendors.messages import Message


class TierUpdate(Message, frozen=True):
    """The unit price from a quantity on. Raises ValueError for what is no quantity or no price."""

    quantity: int
    price: Decimal

    def __post_init__(self) -> None:
        if self.quantity < 1:
            raise ValueError(f"{self.quantity} is no quantity")
        if not self.price.is_finite() or self.price < 0:
            raise ValueError(f"{self.price} is no price")


class SalesPriceUpdate(Message, frozen=True):
    """Our sales prices of one SKU. Quantities that are not given stay as they are."""

    sku: str
    currency: str
    tiers: tuple[TierUpdate, ...]


class _FulfillerRow(Message, frozen=True):
    """A product named by the marketplace's SKU or by our own. Raises ValueError when both or none are given."""

    sku: str = ""
    sku_fulfiller: str = ""

    def __post_init__(self) -> None:
        if bool(self.sku) == bool(self.sku_fulfiller):
            raise ValueError("a row needs either a SKU or a fulfiller's SKU, not both")

    @property
    def name(self) -> str:
        """Whichever of both names the product."""
        return self.sku or self.sku_fulfiller


class FulfillerPriceUpdate(_FulfillerRow, frozen=True, kw_only=True):
    """All prices of one product: quantities that are not given are lost at the vendor for good.

    `order_max_qty` None leaves the limit to the vendor; `tier_price_qty_only`: only the tiers' quantities are sold.
    """

    currency: str
    purchase: tuple[TierUpdate, ...]
    recommended: tuple[TierUpdate, ...] = ()
    order_max_qty: int | None = None
    tier_price_qty_only: bool = False


class StockLevel(Message, frozen=True):
    """What is in stock; `qty` None where stock is not managed."""

    managed: bool
    in_stock: bool
    qty: int | None = None


class StockUpdate(_FulfillerRow, frozen=True):
    """Whether a product can be ordered, and its stock; None changes nothing."""

    available: bool | None = None
    stock: StockLevel | None = None


class SyncUpdate(Message, frozen=True):
    """Whether a SKU is passed on to sales channels."""

    sku: str
    available: bool


class SearchTextUpdate(Message, frozen=True):
    """Our texts of one SKU, None on a text for "the default". `overwrites` None resets all, SEO addresses included."""

    sku: str
    overwrites: SearchTexts | None


class JobTicket(Message, frozen=True):
    """The vendor took a batch; `queue_id` finds its job."""

    queue_id: str
    text: str = ""


class RemoteJobState(StrEnum):
    """Where a batch stands, in the order of its journey. QUEUED: the vendor does not know the job, perhaps not yet."""

    UNKNOWN = "unknown"
    QUEUED = "queued"
    SCHEDULED = "scheduled"
    PROCESSING = "processing"
    SUCCESS = "success"
    ERROR = "error"
    CANCELLED = "cancelled"


FINAL_JOB_STATES = frozenset({RemoteJobState.SUCCESS, RemoteJobState.ERROR, RemoteJobState.CANCELLED})


class JobReport(Message, frozen=True):
    """What a vendor says of a batch. ERROR may mean that some rows failed and the others are done: see the report.

    `report_url` is a protected link to a table of rows, empty while there is none.
    """

    vendor: str
    vendor_id: str
    state: RemoteJobState
    raw_state: str = ""
    text: str = ""
    report_url: str = ""
    added_at: datetime | None = None
    processed_at: datetime | None = None


class RemoteJobRow(Message, frozen=True):
    """A row of a job's report; `error` is empty where the row went well."""

    sku: str
    error: str = ""


class UnreadableReport(ValueError):
    """A job's report that is neither a workbook nor a CSV table with SKUs; the text says why."""

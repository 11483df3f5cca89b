"""Selling goods through a vendor: its orders, how they are followed, and designs from its editor.

Countries in all addresses are the two letters of ISO 3166-1.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import ClassVar, Protocol

from backoffice.vendors.base import Vendor
from backoffice.vendors.change_pages import ChangePage
from backoffice.vendors.design_messages import DesignReport
from backoffice.vendors.errors import FieldError
from backoffice.vendors.file_messages import Download
from backoffice.vendors.messages import LineReport, LineToPlace, OrderReport, OrderToPlace
from backoffice.vendors.sign_messages import Placed


class TakesOrders(Vendor, Protocol):
    """Makes what customers order; whether a repeat does harm is said by the two below."""

    # Lines of one order; fewer where we supply slips or labels with it. An order of more is divided.
    MAX_LINES: ClassVar[int]
    MAX_LINES_WITH_DOCUMENTS: ClassVar[int]
    # Field of an address -> (fewest, most) characters where it is given; "street" is always among them.
    ADDRESS_LIMITS: ClassVar[Mapping[str, tuple[int, int]]]
    # Days after delivery within which a claim is taken. None of ours documents any: the usual time of such vendors.
    COMPLAINT_DAYS: ClassVar[int] = 30

    @classmethod
    def check_order(cls, order: OrderToPlace) -> list[FieldError]:
        """Return what the vendor would refuse, by the path of the field ("recipient.street"). Ask nobody.

        The number of lines is not checked, since an order may be divided.
        """

    @classmethod
    def takes_test_products(cls) -> bool:
        """Return whether its test products can be ordered: only where nothing is produced."""
        return False


class ReportsOrders(Vendor, Protocol):
    """Can be asked how its orders are, so nobody follows them by hand."""

    def read_order(self, vendor_id: str) -> OrderReport:
        """Return the order as it is now. Raises VendorNotFound when there is none of that id."""

    def find_orders(self, reference: str, *, since: date, trust_filter: bool = True) -> list[OrderReport]:
        """Return all orders of exactly that reference, made on the day `since` (UTC) or later, cancelled ones too.

        An empty list proves that there is none: whatever cannot be read to its end raises VendorProtocolError. With
        `trust_filter=False` nothing is left to a filter of the vendor's.
        """

    def list_orders(self, *, updated_from: date, whole: bool = False) -> Iterator[OrderReport]:
        """Return the orders changed on that day (UTC) or later, each once; unreadable ones are left out.

        `whole`: a list that cannot be read to its end raises VendorProtocolError.
        """

    def order_changes(self, *, since: datetime, position: str = "") -> Iterator[ChangePage[OrderReport]]:
        """Return all orders changed since then, a page at a time; `position` is that of an earlier page."""


class TakesDraftOrders(TakesOrders, ReportsOrders, Protocol):
    """Takes an order in two phases: a draft that costs nothing and may be made twice, and its submission.

    Only the submission of one stored id does harm when repeated.
    """

    def create_order(self, order: OrderToPlace) -> OrderReport:
        """Make a draft. Return it with its id; lines in it that carry ids of the vendor's are not added again."""

    def add_line(self, vendor_id: str, line: LineToPlace) -> LineReport:
        """Add a line to a draft. Twice is two lines."""

    def submit_order(self, vendor_id: str) -> OrderReport:
        """Have a draft produced: this is what costs money. Raises VendorAlreadyDone when that is under way."""

    def cancel_order(self, vendor_id: str) -> OrderReport:
        """Cancel a draft, or an order before production. Raises VendorRejected when it is too late."""


class TakesOrdersAtOnce(TakesOrders, Protocol):
    """Takes an order in one call that costs money each time; nothing can be read back, cancelled or repeated. One that
    knows our reference as taken raises VendorAlreadyDone.

    Its progress is recorded by hand.
    """

    def place_order(self, order: OrderToPlace) -> Placed:
        """Have the order made, with all that `order.sale` says."""

    @classmethod
    def confirmation_seconds(cls) -> float:
        """Return how long after a lost answer its callback may still confirm the order; 0 where none comes."""


class SimulatesOrders(TakesOrders, Protocol):
    """Takes test orders and makes nothing: it has no address and asks nobody. How far they are is moved along here."""


class MakesDesigns(Vendor, Protocol):
    """Lets customers design in its editor. A doubled user or design is a harmless orphan."""

    def create_design_user(self) -> str:
        """Make an owner of uploads, to be kept and reused: one per customer. Return its hash."""

    def create_design(
        self,
        sku: str,
        *,
        user_hash: str,
        return_url: str,
        cancel_url: str = "",
        intent: str = "",
        quantity: int | None = None,
    ) -> DesignReport:
        """Start a design. Both addresses may hold {DESIGNID}, {USERHASH} and {INTENT}, any number of times.

        `intent` is one of the variant's `editor_intents`. Raises VendorRejected, which names the field.
        """

    def read_design(self, vendor_id: str) -> DesignReport:
        """Return the design as it is now. Raises VendorNotFound when there is none of that id."""

    def submit_design(self, vendor_id: str) -> DesignReport:
        """End the editing for good; the SKU may have changed until now."""

    def read_preview(self, vendor_id: str) -> Download:
        """Return a picture or PDF of the design."""

"""Vendors that make no goods but act upon our orders: letters, invitations to review, handwritten cards."""

from collections.abc import Sequence
from typing import ClassVar, Protocol

from backoffice.vendors.base import Vendor
from backoffice.vendors.card_messages import (
    CardAddress,
    CardCharge,
    CardDelivery,
    CardOrderReport,
    CardPrice,
    CardResults,
    CardsAttached,
    CardTemplate,
    ConversionToReport,
    ConversionUpload,
    Mailing,
    RemoteCard,
    Settlement,
)
from backoffice.vendors.export_messages import ExportedOrder, OrderToExport, Unclear


class ExportsOrders(Vendor, Protocol):
    """Takes orders to act upon them. It knows them by their ids, so a repeat does no harm."""

    # The consent of the customer that it takes: "accepts_letters" or "accepts_review_request".
    EXPORT_CONSENT: ClassVar[str]
    # Whether an order that it has may be corrected, and whether it hears of complaints that are made good.
    TAKES_CORRECTIONS: ClassVar[bool]
    EXPORTS_COMPLAINTS: ClassVar[bool] = False

    @classmethod
    def export_batch_size(cls) -> int:
        """Return the most orders of a request, at least 1."""

    @classmethod
    def export_group(cls, *, shop_code: str, language: str) -> str | None:
        """Return what the orders of one request have in common, such as the name of a key; never a secret.

        None: the settings do not allow for orders of this shop in this language (two letters in upper case).
        """

    @classmethod
    def find_export_obstacle(cls, order: OrderToExport) -> str:
        """Return why the vendor cannot take the order, in words; empty when it can."""

    def export_orders(
        self, orders: Sequence[OrderToExport], *, group: str, corrected: bool = False
    ) -> list[ExportedOrder] | Unclear:
        """Hand over orders of one group in one request. `corrected` ones are updated where they are known.

        Return the results that are certain, Unclear when there are none: orders without one are to be sent again.
        """


class SendsCards(Vendor, Protocol):
    """Mails cards in campaigns. Its orders carry no reference of ours; only the checkout of one costs money."""

    # Recipients of one call, and conversions of one upload.
    MAX_RECIPIENTS: ClassVar[int]
    MAX_CONVERSIONS: ClassVar[int]

    @classmethod
    def may_check_out(cls) -> bool:
        """Return whether the settings let anything be paid at all."""

    @classmethod
    def currency(cls) -> str:
        """Return the currency of its prices, three letters."""

    @classmethod
    def poll_seconds(cls, *, is_paying: bool) -> float:
        """Return how often to ask how an order is; `is_paying`: while its payment is under way."""

    def card_templates(self) -> list[CardTemplate] | None:
        """Return the designs; None where the vendor lists none, and the number has to be typed in."""

    def create_cards(self, template_id: int) -> CardOrderReport:
        """Make a draft without recipients. Twice is two drafts."""

    def delete_cards(self, order_id: str) -> None:
        """Delete a draft; one that is gone already is no error."""

    def read_cards(self, order_ids: Sequence[str]) -> dict[str, CardOrderReport]:
        """Return orders by their ids; a deleted one is missing."""

    def list_drafts(self) -> list[CardOrderReport]:
        """Return all drafts that were made for us."""

    def add_recipients(self, order_id: str, cards: Sequence[CardAddress]) -> CardsAttached:
        """Append recipients. Twice is two cards each."""

    def read_recipients(self, order_id: str) -> list[RemoteCard]:
        """Return all recipients that the order holds."""

    def remove_recipients(self, order_id: str, recipient_ids: Sequence[str]) -> None: ...

    def read_proof(self, order_id: str) -> bytes:
        """Return the proof as PDF. Raises VendorProtocolError for anything else."""

    def price_cards(self, order_id: str, mailing: Mailing | None) -> CardPrice:
        """Return what the order costs as it stands, with these choices of mailing."""

    def check_out_cards(self, order_id: str, mailing: Mailing) -> Settlement:
        """Pay and mail: this costs money. Raises VendorAmbiguous when it may have been done."""

    def read_results(self, order_ids: Sequence[str]) -> dict[str, CardResults]:
        """Return how these orders fare."""

    def read_deliveries(self, order_id: str) -> list[CardDelivery]:
        """Return where each card of an order is."""

    def read_charges(self, order_ids: Sequence[str]) -> dict[str, CardCharge]:
        """Return what was charged for these orders; those without a readable total are left out."""

    def report_conversions(self, rows: Sequence[ConversionToReport]) -> ConversionUpload:
        """Report sales that follow from cards. The same `order_id` again changes nothing."""

    def read_conversion_upload(self, upload_id: str) -> ConversionUpload: ...

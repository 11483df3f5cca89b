"""LettrLabs as the project sees it, in our words."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any, ClassVar, TypeVar, final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from backoffice.vendors.abilities import SendsCards
from backoffice.vendors.base import Connection
from backoffice.vendors.card_messages import (
    CardAddress,
    CardCharge,
    CardDelivery,
    CardOrderReport,
    CardPrice,
    CardResults,
    CardsAttached,
    CardScan,
    CardTemplate,
    ConversionToReport,
    ConversionUpload,
    Mailing,
    RemoteCard,
    RemoteCardState,
    Settlement,
)
from backoffice.vendors.errors import VendorNotFound, VendorProtocolError, VendorRejected
from backoffice.vendors.kept_accounts import AccountField, FieldKind
from backoffice.vendors.known_errors import KnownError
from backoffice.vendors.lettrlabs import payloads, reading, schemas
from backoffice.vendors.lettrlabs.client import LettrLabsClient
from backoffice.vendors.lettrlabs.known_errors import KNOWN_ERRORS
from backoffice.vendors.lettrlabs.reports import (
    card_delivery,
    card_results,
    card_scan,
    conversion_upload,
    order_report,
    price_line,
    recipient_id,
    undeliverable_card,
    unwrap_proof,
)
from backoffice.vendors.session import Pace

Row = TypeVar("Row")
# Statuses with which a server refuses a shape that it does not read.
SHAPE_REFUSED = frozenset({400, 415, 422})
# Words of a refusal for which no other shape of the same request may be tried: it might be paid in another way.
OF_PAYING = re.compile(r"balance|fund|credit|payment|paid|charge|declined|status|draft|recipient", re.IGNORECASE)


@final
class LettrLabs(SendsCards):
    """What the vendor can do. Raises VendorError; sees no model of ours. Ids of orders are texts of digits."""

    name: ClassVar[str] = "lettrlabs"
    title: ClassVar[str] = "LettrLabs"
    purpose: ClassVar[Promise] = gettext_lazy("Writes cards by robot and mails them in campaigns.")
    after_restore: ClassVar[Promise] = gettext_lazy(
        "Its orders carry no reference from us. Before you check out a campaign, compare the orders in its app "
        "with the campaigns here since the backup: those recipients would get a second card."
    )
    settings_prefix: ClassVar[str] = "LETTRLABS"
    KNOWN_ERRORS: ClassVar[tuple[KnownError, ...]] = KNOWN_ERRORS
    ACCOUNT_FIELDS: ClassVar[tuple[AccountField, ...]] = (
        AccountField(
            "LETTRLABS_URL",
            FieldKind.ADDRESS,
            gettext_lazy("Address"),
            gettext_lazy("Leave empty to use the address in the settings."),
        ),
        AccountField("LETTRLABS_API_KEY", FieldKind.SEALED, gettext_lazy("API key")),
    )
    MAX_RECIPIENTS: ClassVar[int] = 1000
    MAX_CONVERSIONS: ClassVar[int] = 100
    PAGE = 500
    # Their own size of a page, where ours was not heard.
    SHORTEST_PAGE = 100
    MOST_PAGES = 200

    def __init__(self, connection: Connection, *, pace: Pace | None = None) -> None:
        self.connection = connection
        self.client = LettrLabsClient(connection, settings=self.settings, pace=pace)

    @classmethod
    def is_configured(cls) -> bool:
        return bool(cls.settings.LETTRLABS_URL and cls.settings.LETTRLABS_API_KEY)

    @classmethod
    def may_check_out(cls) -> bool:
        return bool(cls.settings.LETTRLABS_CHECKOUT)

    @classmethod
    def currency(cls) -> str:
        return str(cls.settings.LETTRLABS_CURRENCY)

    @classmethod
    def poll_seconds(cls, *, is_paying: bool) -> float:
        return float(cls.settings.LETTRLABS_POLL_AFTER if is_paying else cls.settings.LETTRLABS_POLL_SECONDS)

    def check(self) -> str:
        """Ask who we are; return a name where there is one."""
        payload = self.client.me()
        if isinstance(payload, dict):
            named = [reading.text(payload.get(name)) for name in ("companyName", "name", "email", "userName")]
            return next((name for name in named if name), "OK")
        return reading.text(payload) or "OK"

    def card_templates(self) -> list[CardTemplate] | None:
        try:
            payload = self.client.templates()
        except VendorRejected as error:
            if error.status in (404, 405):
                return None
            raise
        rows = reading.listed_rows(payload, "templates", "items", "orderTemplates")
        read = ((reading.whole(row.get("id") or row.get("templateId")), row) for row in rows)
        return [
            CardTemplate(
                vendor_id=key, name=reading.text(row.get("name") or row.get("templateName") or row.get("title"))
            )
            for key, row in read
            if key
        ]

    def create_cards(self, template_id: int) -> CardOrderReport:
        created = self.client.create_order({"templateId": template_id})
        word = reading.text(created.status) or "Draft"
        return CardOrderReport(
            vendor_id=str(created.orderId or created.id), state=reading.order_state(word), raw_state=word
        )

    def delete_cards(self, order_id: str) -> None:
        with suppress(VendorNotFound):
            self.client.delete_order(order_id)

    def read_cards(self, order_ids: Sequence[str]) -> dict[str, CardOrderReport]:
        params = {"id": ",".join(order_ids), "pageNumber": "0", "pageSize": str(self.PAGE)}
        requested = set(order_ids)
        reports = [order_report(row) for row in self.client.orders(params) if row.id or row.orderId]
        return {report.vendor_id: report for report in reports if report.vendor_id in requested}

    def list_drafts(self) -> list[CardOrderReport]:
        params = {"status": "Draft", "showRecipients": "true"}
        rows = self._pages(lambda page: self.client.orders(params | page), what="drafts")
        reports = [order_report(row) for row in rows if row.id or row.orderId]
        drafts = {report.vendor_id: report for report in reports if report.state is RemoteCardState.DRAFT}
        return list(drafts.values())

    def _pages(self, read: Callable[[dict[str, str]], list[Row]], *, what: str) -> Iterator[Row]:
        """Return the rows of all pages. A page shorter than their own size is the last one, whatever size the server
        took; one that repeats the page before is a server's that knows no pages.
        """
        before: list[Row] = []
        for number in range(self.MOST_PAGES):
            rows = read({"pageNumber": str(number), "pageSize": str(self.PAGE)})
            if all(row in before for row in rows):
                return
            yield from rows
            if len(rows) < self.SHORTEST_PAGE or len(rows) > self.PAGE:
                return
            before = rows
        raise VendorProtocolError(f"LettrLabs lists {what} without end.")

    def add_recipients(self, order_id: str, cards: Sequence[CardAddress]) -> CardsAttached:
        if len(cards) > self.MAX_RECIPIENTS:
            raise VendorRejected(f"LettrLabs takes at most {self.MAX_RECIPIENTS} recipients at once.")
        answer = self._send_recipients(order_id, payloads.recipients_bodies(cards))
        accepted = reading.whole(answer.acceptedRecipients)
        return CardsAttached(
            submitted=reading.whole(answer.submittedRecipients),
            accepted=reading.whole(answer.totalRecipients) if accepted is None else accepted,
            undeliverable=tuple(undeliverable_card(row) for row in reading.rows_of(answer.undeliverable, "recipients")),
        )

    def read_recipients(self, order_id: str) -> list[RemoteCard]:
        def read(page: dict[str, str]) -> list[Mapping[str, Any]]:
            return reading.listed_rows(self.client.recipients(order_id, page), "recipients", "items", "orderRecipients")

        cards = [
            RemoteCard(vendor_id=recipient_id(row), address=reading.address(row))
            for row in self._pages(read, what="recipients")
        ]
        by_id = {card.vendor_id: card for card in reversed(cards) if card.vendor_id}
        return [card for card in cards if not card.vendor_id or by_id[card.vendor_id] is card]

    def remove_recipients(self, order_id: str, recipient_ids: Sequence[str]) -> None:
        self.client.remove_recipients(order_id, {"recipientsIds": [int(key) for key in recipient_ids]})

    def read_proof(self, order_id: str) -> bytes:
        return unwrap_proof(self.client.proof(order_id))

    def _send_recipients(self, order_id: str, bodies: Mapping[str, Any]) -> schemas.Attached:
        """Send in the shape that was understood last time, and where that is refused in the other one.

        A refusal is certain not to have acted, so no more than one of them ever counts. The shape that worked is kept.
        Raises VendorError, and when both are refused the refusal of the first.
        """
        known = self.connection.experience.get("recipients")
        first, second = sorted(bodies, key=lambda shape: shape != known)
        try:
            return self.client.add_recipients(order_id, bodies[first])
        except VendorRejected as refusal:
            if refusal.status not in SHAPE_REFUSED:
                raise
            try:
                attached = self.client.add_recipients(order_id, bodies[second])
            except VendorRejected:
                raise refusal from None
        self.connection.experience.keep("recipients", second)
        return attached

    def price_cards(self, order_id: str, mailing: Mailing | None) -> CardPrice:
        preview = self.client.price(order_id, payloads.preview_params(mailing))
        if not preview.lineItems:
            raise VendorProtocolError("LettrLabs names no price.")  # which must not pass for nothing to pay
        lowered = [
            reading.amount(row.get("total") if row.get("total") is not None else row.get("amount")) or Decimal()
            for row in reading.rows_of(preview.credits)
        ]
        return CardPrice(lines=tuple(price_line(row) for row in preview.lineItems), credits=sum(lowered, Decimal()))

    def check_out_cards(self, order_id: str, mailing: Mailing) -> Settlement:
        answer = self._send_checkout(order_id, mailing)
        word = reading.text(answer.orderStatus or answer.status)
        poll, expected = reading.amount(answer.pollAfterSeconds), reading.amount(answer.settlementExpectedWithinSeconds)
        return Settlement(
            state=reading.order_state(word),
            raw_state=word,
            poll_after=None if poll is None else float(poll),
            expected_within=None if expected is None else float(expected),
        )

    def _send_checkout(self, order_id: str, mailing: Mailing) -> schemas.CheckoutSchema:
        """Check out with all choices, always. Only where that is refused, and naming none does the same, without a body
        as on their page. Nothing of it is kept: each campaign has choices of its own, and what is paid is paid.
        """
        try:
            return self.client.check_out(order_id, payloads.checkout_body(mailing))
        except VendorRejected as refusal:
            if refusal.status not in SHAPE_REFUSED or not self._is_same_without_choices(order_id, mailing, refusal):
                raise
            try:
                return self.client.check_out(order_id, None)
            except VendorRejected:
                raise refusal from None

    def _is_same_without_choices(self, order_id: str, mailing: Mailing, refusal: VendorRejected) -> bool:
        """Return whether a checkout that names no choices does what was agreed: nothing else was chosen, the refusal is
        not about paying or the order's state, and it costs the same.
        """
        text = " ".join([refusal.text, refusal.excerpt, *(f"{error.field} {error.text}" for error in refusal.errors)])
        if mailing != payloads.WITHOUT_CHOICES or OF_PAYING.search(text):
            return False
        with suppress(VendorRejected, VendorProtocolError):
            return self.price_cards(order_id, None).total == self.price_cards(order_id, mailing).total
        return False

    def read_results(self, order_ids: Sequence[str]) -> dict[str, CardResults]:
        rows = self.client.analytics(",".join(order_ids))
        return {str(row.orderId): card_results(row) for row in rows}

    def read_deliveries(self, order_id: str) -> list[CardDelivery]:
        rows = reading.listed_rows(self.client.delivery_status(order_id), "recipients", "items", "deliveryStatuses")
        return [card_delivery(row) for row in rows]

    def read_charges(self, order_ids: Sequence[str]) -> dict[str, CardCharge]:
        rows = self.client.transactions(",".join(order_ids))
        totals = [(row, reading.amount(row.totalPrice)) for row in rows]
        return {
            str(row.orderId): CardCharge(vendor_id=str(row.orderId), total=total, volume=reading.whole(row.volume))
            for row, total in totals
            if total is not None
        }

    def read_scans(self, order_ids: Sequence[str]) -> list[CardScan]:
        """Return QR scans by recipient, where the analytics have none."""
        # The body is assumed: no document shows it.
        payload = self.client.recipient_statistics({"orderIds": [int(key) for key in order_ids]})
        return [card_scan(row) for row in reading.rows_of(payload, "recipients", "items", "statistics")]

    def report_conversions(self, rows: Sequence[ConversionToReport]) -> ConversionUpload:
        payload = self.client.report_conversions([payloads.conversion(row) for row in rows])
        return conversion_upload(payload)

    def read_conversion_upload(self, upload_id: str) -> ConversionUpload:
        return conversion_upload(self.client.conversion_status(upload_id))

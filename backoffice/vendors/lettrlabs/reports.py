"""What LettrLabs answers, translated into our words."""

import base64
import binascii
from decimal import Decimal
from typing import Any

from backoffice.files.pdf_marks import PdfMarks
from backoffice.vendors.card_messages import (
    CardDelivery,
    CardOrderReport,
    CardResults,
    CardScan,
    ConversionUpload,
    PriceLine,
    UndeliverableCard,
)
from backoffice.vendors.errors import VendorProtocolError
from backoffice.vendors.lettrlabs import reading, schemas
from backoffice.vendors.lettrlabs.client import MAX_PROOF
from backoffice.vendors.lettrlabs.envelope import open_envelope
from backoffice.vendors.reading import read_time
from backoffice.vendors.responses import Response

# By the names of their analytics; ours are those of `DeliveryState`.
_COUNTS = {
    "total": "totalCards",
    "mailed": "mailed",
    "in_transit": "inTransit",
    "local": "localFacility",
    "delivered": "delivered",
    "undeliverable": "undeliverable",
    "waiting": "waitingUSPS",
}


def order_report(row: schemas.CardOrderSchema) -> CardOrderReport:
    word = reading.text(row.status or row.orderStatus, most=64)
    return CardOrderReport(
        vendor_id=str(row.id or row.orderId),
        state=reading.order_state(word),
        raw_state=word,
        paid_at=read_time(row.paidDate),
        mailed_at=read_time(row.mailedDate),
        created_at=read_time(row.createdDate) or read_time(row.createdAt),
        template_id=reading.whole(row.templateId),
        recipients=None if row.recipients is None else len(row.recipients),
    )


def recipient_id(row: Any) -> str:
    key = reading.text(row.get("id") or row.get("recipientId") or row.get("orderRecipientId"), most=20)
    return key if key.isascii() and key.isdigit() else ""


def undeliverable_card(row: Any) -> UndeliverableCard:
    inside = row.get("recipient")
    reason = reading.text(row.get("reason") or row.get("message") or row.get("reasonCode"))
    return UndeliverableCard(address=reading.address(inside if isinstance(inside, dict) else row), reason=reason)


def price_line(row: dict[str, Any]) -> PriceLine:
    """Read a price: one that cannot be read must not pass for nothing. Raises VendorProtocolError."""
    total, tax = reading.amount(row.get("total")), reading.amount(row.get("tax") or 0)
    if total is None or tax is None:
        raise VendorProtocolError("LettrLabs names a price that we cannot read.")
    return PriceLine(
        name=reading.text(row.get("name")),
        quantity=reading.amount(row.get("quantity")) or Decimal(),
        rate=reading.amount(row.get("rate")) or Decimal(),
        total=total,
        tax=tax,
    )


def card_results(row: schemas.Analytics) -> CardResults:
    counts = {ours: reading.whole(getattr(row, name)) for ours, name in _COUNTS.items()}
    code = row.qrCode if isinstance(row.qrCode, dict) else {}
    word = reading.text(row.orderStatus or row.status)
    return CardResults(
        vendor_id=str(row.orderId),
        state=reading.order_state(word),
        raw_state=word,
        counts={name: count for name, count in counts.items() if count is not None},
        scans=reading.whole(code.get("totalScans")) or 0,
        last_scan=read_time(code.get("lastScan")),
        earliest=read_time(row.minEstimatedDeliveredDate),
        latest=read_time(row.maxEstimatedDeliveredDate),
        scanned=tuple(card_scan(one) for one in reading.rows_of(code, "recipients")),
    )


def card_scan(row: Any) -> CardScan:
    return CardScan(
        vendor_id=recipient_id(row),
        address=reading.address(row),
        scans=reading.whole(row.get("totalScans")) or 0,
        last_scan=read_time(row.get("lastScan")),
    )


def card_delivery(row: Any) -> CardDelivery:
    inside = row.get("recipient")
    word = reading.text(row.get("deliveryStatus") or row.get("status") or row.get("deliveredStatus"), most=64)
    return CardDelivery(
        vendor_id=recipient_id(row),
        address=reading.address(inside if isinstance(inside, dict) else row),
        state=reading.delivery_state(word),
        raw_state=word,
    )


def conversion_upload(payload: Any) -> ConversionUpload:
    row = payload if isinstance(payload, dict) else next(iter(reading.rows_of(payload)), {})
    return ConversionUpload(vendor_id=recipient_id(row), raw_state=reading.text(row.get("status"), most=64))


def unwrap_proof(answer: Response) -> bytes:
    """Return the PDF of a proof: bytes as they are, or base64 as text, as a JSON string or inside the envelope."""
    kind = answer.headers.get("content-type", "").split(";")[0].strip().lower()
    body = answer.body
    if kind == "application/pdf" or body.lstrip().startswith(b"%PDF-"):
        return _pdf(body)
    payload: Any = body.decode("utf-8", "replace").strip()
    if payload.startswith(("{", '"')):
        payload = open_envelope(answer, write=False)
    if isinstance(payload, dict):
        payload = next((payload[name] for name in ("proof", "pdf", "file", "content", "data") if payload.get(name)), "")
    text = payload if isinstance(payload, str) else ""
    if text.lstrip().startswith("%PDF-"):
        return _pdf(text.encode("latin-1", "replace"))
    try:
        return _pdf(
            base64.b64decode("".join(text.partition("base64,")[2 if "base64," in text else 0].split()), validate=True)
        )
    except (binascii.Error, ValueError) as error:
        raise VendorProtocolError("LettrLabs answers a proof that is no PDF.", excerpt=answer.excerpt) from error


def _pdf(content: bytes) -> bytes:
    if not PdfMarks().add(content).has_header or len(content) > MAX_PROOF:
        raise VendorProtocolError("LettrLabs answers a proof that is no PDF, or too large a one.")
    return content

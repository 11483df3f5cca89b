"""From our rows to the message that a vendor gets, and what differs between that and what it reports."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
from django.conf import settings

from backoffice.text.emails import usable_email
from backoffice.text.translatable import gettext as _
from backoffice.vendors.messages import (
    Credentials,
    Customs,
    DocumentLink,
    FileLink,
    LineReport,
    LineToPlace,
    OrderReport,
    OrderToPlace,
    PostalAddress,
    RemoteLineKind,
    Sale,
)
from orders.models import Address, AddressRole, Order, OrderLine, VendorOrder
from orders.models.document import OrderDocument
from orders.services.designs.ids import vendor_ids
from orders.services.files.signed_links import Linked, sign_link

# The name that vendors give with LABEL_SECRET when they ask for a label.
LABEL_USER = "labels"
_ADDRESS_FIELDS = tuple(field.name for field in msgspec.structs.fields(PostalAddress))


@dataclass(frozen=True)
class OrderRows:
    """An order with its parts as rows, written or not."""

    order: Order
    lines: list[OrderLine]
    addresses: list[Address]
    documents: list[OrderDocument]


@dataclass(frozen=True)
class _SentFiles:
    """What tells the files of an order from copies that a vendor keeps: every host that we name, every file's name."""

    hosts: frozenset[str]
    names: frozenset[str]


def order_to_place(vendor_order: VendorOrder) -> OrderToPlace:
    """Return what the vendor is to make of its part of the order, in four queries whatever the number of lines, and one
    more where designs are named by our ids.
    """
    order = vendor_order.order
    parts = list(vendor_order.lines.select_related("line"))
    rows = OrderRows(order, [part.line for part in parts], list(order.addresses.all()), list(order.documents.all()))
    return build_message(
        rows,
        reference=vendor_order.reference,
        part_id=vendor_order.pk,
        line_references=[part.reference for part in parts],
        designs=vendor_ids(line.design_id for line in rows.lines),
    )


def build_message(
    rows: OrderRows,
    *,
    reference: str,
    part_id: int = 0,
    line_references: Iterable[str] | None = None,
    designs: Mapping[str, str],
) -> OrderToPlace:
    """Return what a vendor gets of an order, without a query.

    `reference`, `part_id` and `line_references` (left out: the positions) are those of the vendor order, `designs` maps
    our ids of designs to the vendor's.
    """
    order = rows.order
    addresses = {address.role: postal_address(address) for address in rows.addresses}
    references = [str(line.position) for line in rows.lines] if line_references is None else line_references
    return OrderToPlace(
        reference=reference,
        reference2=order.reference,
        recipient=addresses[AddressRole.RECIPIENT],
        shipper=addresses.get(AddressRole.SHIPPER),
        export=addresses.get(AddressRole.EXPORT),
        complaint=order.complaint,
        express_production=order.express_production,
        express_shipping=order.express_shipping,
        custom_properties=_texts(order.custom_properties),
        documents=tuple([_document(document, part_id) for document in rows.documents]),
        generic_label=label_address(part_id) if order.generic_label else None,
        lines=tuple([_line(*pair, designs=designs) for pair in zip(rows.lines, references, strict=True)]),
        sale=_sale(order, invoice=addresses.get(AddressRole.INVOICE)),
    )


def _sale(order: Order, *, invoice: PostalAddress | None) -> Sale:
    """Return what was agreed with the customer, for vendors that take it."""
    return Sale(
        number=order.number,
        currency=order.currency,
        account=order.shop.sign_integration_id,
        shipping_method=order.shipping_method,
        firstname=order.customer_firstname,
        lastname=order.customer_lastname,
        email=usable_email(order.customer_email),
        phone=order.customer_phone,
        invoice=invoice,
    )


def differences(requested: OrderToPlace, report: OrderReport) -> list[str]:
    """Return where the lines that a vendor reports are not those requested; empty when all is as it should be."""
    held = Counter(line.reference for line in report.lines)
    sent = _sent_files(requested)
    agreed = {line.reference: line for line in requested.lines}
    found = [_("Line %s is missing.") % reference for reference in agreed if not held[reference]]
    found += [_("Line %s appears more than once.") % reference for reference in agreed if held[reference] > 1]
    found += [_("Line %s is unknown here.") % (reference or "?") for reference in held if reference not in agreed]
    for line in report.lines:
        if line.reference in agreed:
            found += _line_differences(agreed[line.reference], line, sent=sent)
    if requested.reference != report.reference:
        found.append(_("The reference is %(held)s, not %(agreed)s.") % _pair(report.reference, requested.reference))
    return found


def _line_differences(agreed: LineToPlace, held: LineReport, *, sent: _SentFiles) -> list[str]:
    """Return what differs. The vendor may change a design's SKU (another colour chosen in its editor): not compared."""
    found = []
    if agreed.quantity != held.quantity:
        found.append(_("quantity %(held)s, not %(agreed)s") % _pair(held.quantity, agreed.quantity))
    if agreed.kind != RemoteLineKind.DESIGN and agreed.sku != held.sku:
        found.append(_("SKU %(held)s, not %(agreed)s") % _pair(held.sku, agreed.sku))
    if not _are_files(agreed, held, sent=sent):
        found.append(_("other print files"))
    if agreed.kind == RemoteLineKind.DESIGN and held.design_ids and held.design_ids != (agreed.design_id,):
        found.append(_("design %(held)s, not %(agreed)s") % _pair(", ".join(held.design_ids), agreed.design_id))
    return [_("Line %(line)s: %(what)s.") % {"line": agreed.reference, "what": what} for what in found]


def _sent_files(requested: OrderToPlace) -> _SentFiles:
    files = [_host_and_name(file.url) for line in requested.lines for file in line.files]
    others = [_host_and_name(url) for url in (*(document.url for document in requested.documents), settings.PUBLIC_URL)]
    return _SentFiles(frozenset(host for host, __ in [*files, *others]), frozenset(name for __, name in files))


def _are_files(agreed: LineToPlace, held: LineReport, *, sent: _SentFiles) -> bool:
    """Return whether there are as many files, each one ours or the vendor's copy of one: shown without an address, or
    at a host that we never named. A copy with the name of a file of this order has to be one of this line's.
    """
    ours, shown = Counter(file.url for file in agreed.files), Counter(url for url in held.file_urls if url)
    copies = [_host_and_name(url) for url in (shown - ours).elements()]
    if len(held.file_urls) != len(agreed.files) or any(host in sent.hosts for host, __ in copies):
        return False
    left = Counter(_host_and_name(url)[1] for url in (ours - shown).elements())
    return Counter(name for __, name in copies if name in sent.names) <= left


def _host_and_name(url: str) -> tuple[str, str]:
    """Return the host of an address and the name of its file, in small letters; empty where it has none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return (parts.hostname or "").lower(), unquote(parts.path).rpartition("/")[2].lower()


def _pair(held: object, agreed: object) -> dict[str, object]:
    return {"held": held, "agreed": agreed}


def postal_address(address: Address) -> PostalAddress:
    """Return the address as vendors get it."""
    return PostalAddress(**{name: getattr(address, name) for name in _ADDRESS_FIELDS})


def label_address(part_id: int) -> FileLink | None:
    """Return where the vendor asks for its label, with the password that it needs; None while none is set."""
    if not settings.LABEL_SECRET:
        return None
    credentials = Credentials(scheme="basic", username=LABEL_USER, password=settings.LABEL_SECRET)
    return FileLink(url=sign_link(Linked.LABEL, part_id), credentials=credentials)


def _document(document: OrderDocument, part_id: int) -> DocumentLink:
    """Return the document; a slip of ours is about this part of the order, which is one parcel."""
    return DocumentLink(
        url=sign_link(Linked.SLIP, part_id) if document.made_by_us else document.url,
        kind=document.kind,
        carrier=document.carrier,
        tracking_code=document.tracking_code,
        credentials=_credentials(document.credentials),
    )


def _line(line: OrderLine, reference: str, *, designs: Mapping[str, str]) -> LineToPlace:
    return LineToPlace(
        reference=reference,
        kind=RemoteLineKind(line.kind),
        quantity=line.quantity,
        sku=line.sku,
        files=tuple(_files(line.files, line.file_credentials or {})),
        design_id=designs.get(line.design_id, line.design_id),
        custom_product=line.custom_product,
        unit_price_gross=line.unit_price_gross,
        customs=msgspec.convert(line.customs, Customs, strict=False) if line.customs else None,
        custom_properties=_texts(line.custom_properties),
    )


def _files(files: Iterable[Mapping[str, str]], credentials: Any) -> Iterable[FileLink]:
    for index, file in enumerate(files):
        own = _credentials(credentials.get(str(index)))
        yield FileLink(url=file["url"], type=file.get("type") or "", credentials=own)


def _credentials(stored: Any) -> Credentials | None:
    """Read a sealed field: an object of the shape of `Credentials`, or None."""
    return msgspec.convert(stored, Credentials) if stored else None


def _texts(properties: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in properties.items()}

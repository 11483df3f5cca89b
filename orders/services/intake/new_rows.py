"""The rows of an order that comes in, built from what the storefront sent."""

import hashlib
from collections.abc import Iterable
from decimal import Decimal

import msgspec
from django.db.models import QuerySet

from backoffice.accounts.models import Shop
from backoffice.engine.services.epoch import take_id
from backoffice.vendors.registry import names_for
from orders.models import Address, AddressRole, Order, OrderLine, StrayOrder, StrayState
from orders.models.document import DocumentKind, OrderDocument
from orders.services.intake.input import NewDocument, NewLine, NewOrder, NewTotals, PrintFile, sealed
from orders.services.order_message import OrderRows
from orders.services.search import build_search
from orders.services.totals import Kept

FIRST_NUMBER = 100_000
# What an order has by the name under which it is sent; amounts and the shop's defaults are worked out.
_SAME_NAMES = {field.name for field in Order._meta.concrete_fields} & set(NewOrder.__struct_fields__)
_SAME_NAMES -= {"total", "totals", "generic_label", "replaces"}


def build_rows(new: NewOrder, *, shop: Shop, is_test: bool = False) -> OrderRows:
    """Return the order as its shop gives it, unsaved: without id and number, and what only the catalogue knows."""
    customer = new.customer
    order = Order(
        shop=shop,
        is_test=is_test,
        replaces_id=new.replaces,
        **{name: "" if (value := getattr(new, name)) is None else value for name in _SAME_NAMES},
        total=Decimal(new.total),
        totals=keep_totals(new.totals),
        customer_email=customer.email or "",
        customer_firstname=customer.firstname or "",
        customer_lastname=customer.lastname or "",
        customer_phone=customer.phone or "",
        accepts_letters=customer.accepts_letters,
        accepts_review_request=customer.accepts_review_request,
        generic_label=shop.own_labels if new.generic_label is None else new.generic_label,
        fingerprint=_fingerprint_of(new),
    )
    lines = [build_line(line, order, position=position) for position, line in enumerate(new.lines, start=1)]
    return OrderRows(order, lines, list(_build_addresses(order, new)), list(_build_documents(order, new)))


def keep_totals(totals: NewTotals | None) -> Kept | None:
    """Return what the total is made of as an order keeps it."""
    return None if totals is None else msgspec.to_builtins(totals)


def number_order(rows: OrderRows) -> None:
    """Give the order its id and number, and the terms by which it is found."""
    order, shop = rows.order, rows.order.shop
    order.pk, letters = take_id("orders_order_id_seq")
    former = find_former_number(order.reference, shop=shop) if letters and not order.is_test else ""
    order.number = former or number_of(shop, pk=order.pk, letters=letters)
    codes = [line.sku for line in rows.lines] + [document.tracking_code for document in rows.documents]
    order.search = build_search(order, addresses=rows.addresses, codes=codes)


def build_line(line: NewLine, order: Order, *, position: int) -> OrderLine:
    """Return the line as it was given, unsaved."""
    credentials = {str(index): kept for index, file in enumerate(line.files) if (kept := sealed(file.auth))}
    return OrderLine(
        order=order,
        position=position,
        reference=line.reference or str(position),
        sku=line.sku or "",
        name=line.name or "",
        quantity=line.quantity,
        unit_price=Decimal(line.unit_price),
        tax_percent=order.shop.tax_percent if line.tax_percent is None else Decimal(line.tax_percent),
        design_id="" if line.design_id is None else str(line.design_id),
        custom_product=line.custom_product or "",
        files=[build_file(file) for file in line.files],
        file_credentials=credentials or None,
        customs=msgspec.to_builtins(line.customs),
        custom_properties=line.custom_properties,
    )


def build_file(file: PrintFile) -> dict[str, str]:
    """Return the file as a line keeps it; its credentials are kept apart."""
    kept = {"url": file.url or "", "type": file.type or ""}
    return kept if file.file_id is None else kept | {"file_id": file.file_id}


def _build_addresses(order: Order, new: NewOrder) -> Iterable[Address]:
    for role in AddressRole:
        if (address := getattr(new, role.field)) is not None:
            fields = msgspec.structs.asdict(address)
            yield Address(order=order, role=role, **{name: value or "" for name, value in fields.items()})
        elif role.may_be_kept_at_vendor and any(kept := order.shop.kept_address(role.value)):
            number, key = kept
            yield Address(order=order, role=role, address_id=number, address_key=key)


def _build_documents(order: Order, new: NewOrder) -> Iterable[OrderDocument]:
    """Yield those of the storefront, and a slip of our making where the shop wants one and gives none."""
    if order.shop.own_delivery_slip and not any(document.kind == "delivery_slip" for document in new.documents):
        yield OrderDocument(order=order, kind=DocumentKind.DELIVERY_SLIP, made_by_us=True)
    for document in new.documents:
        yield build_document(document, order)


def build_document(document: NewDocument, order: Order, *, credentials: dict[str, str] | None = None) -> OrderDocument:
    """Return the document; `credentials` are those that were given before with its address."""
    return OrderDocument(
        order=order,
        kind=document.kind,
        url=document.url,
        carrier=document.carrier or "",
        tracking_code=document.tracking_code or "",
        credentials=sealed(document.auth) or credentials,
    )


def _fingerprint_of(new: NewOrder) -> str:
    """Return a hash of what is made and where it goes, "" for a complaint, which repeats an order on purpose."""
    if new.complaint:
        return ""
    files = [[file.url or file.file_id for file in line.files] for line in new.lines]
    made = [
        (line.sku, line.design_id, line.quantity, own, *([line.custom_product] if line.custom_product else []))
        for line, own in zip(new.lines, files, strict=True)
    ]
    recipient = [(value or "").casefold() for value in msgspec.structs.astuple(new.recipient)]
    return hashlib.blake2b(msgspec.json.encode([made, recipient]), digest_size=16).hexdigest()


def find_former_number(reference: str, *, shop: Shop) -> str:
    """Return the number by which customer and vendor know an order that was lost in a restore; "" for none."""
    strays = _open_strays(reference, shop=shop).filter(beside__isnull=True)
    numbers = strays.exclude(number__in=Order.objects.filter(shop=shop).values("number"))
    return numbers.values_list("number", flat=True).first() or ""


def is_made_already(reference: str, *, shop: Shop) -> bool:
    """Return whether a vendor makes an order of that reference since before a restore."""
    return _open_strays(reference, shop=shop).exists()


def _open_strays(reference: str, *, shop: Shop) -> QuerySet[StrayOrder]:
    """Return what only vendors that make something know of the shop's order of that reference."""
    rows = StrayOrder.objects.filter(shop=shop, shop_reference=reference, state=StrayState.OPEN)
    return rows.filter(vendor__in=names_for(tests=False))


def number_of(shop: Shop, *, pk: int, letters: str) -> str:
    """Return what people call the order: "WEB-100001", and "WEB-1100002-B" after a restore from a backup."""
    return "-".join(filter(None, (shop.code, str(FIRST_NUMBER + pk), letters)))

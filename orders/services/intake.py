"""Taking an order in: checked, written, and sent on its way or held, in one transaction."""

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import msgspec
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.errors import Conflict, InvalidInput
from backoffice.models import Shop
from orders.models import Address, AddressRole, HoldReason, Order, OrderEvent, OrderLine, OrderState
from orders.models.document import OrderDocument
from orders.services.lifecycle import hold_order, release_order
from orders.services.line_checks import Errors, JudgedLine
from orders.services.order_input import NewAddress, NewOrder, amount, sealed
from orders.services.preflight import FIELDS, Findings, addresses_of, check_order
from orders.services.search import ADDRESS_FIELDS, build_vector, spell_phone

FIRST_NUMBER = 100_000


class OrderRefused(InvalidInput):
    """The pre-flight found what must be corrected first."""


def place_order(new: NewOrder, *, shop: Shop, actor: str, hold_invalid: bool = False) -> Order:
    """The order is taken: released when its shop releases automatically, held when something stands against it.

    Raises OrderRefused with complaints by field (unless `hold_invalid`: then it is taken and held), and Conflict when
    the shop has an order with that reference. Must run in a transaction, which a refusal leaves unusable.
    """
    findings = check_order(new, shop=shop)
    if findings.errors and not hold_invalid:
        raise OrderRefused(
            _("The order breaks limits of its vendor or the catalogue."),
            errors=findings.errors,
            suggestions=findings.suggestions,
        )
    order = _write_order(new, findings, shop=shop, actor=actor)
    twin = _find_lookalike(order)
    if findings.errors:
        order = _hold_invalid(order, findings.errors, actor=actor)
    if twin is not None:
        order = _hold_lookalike(order, twin, actor=actor)
    if order.state == OrderState.NEW and shop.release_automatically:
        order = release_order(order, actor=actor)
    return order


def _write_order(new: NewOrder, findings: Findings, *, shop: Shop, actor: str) -> Order:
    order = _build_order(new, findings.lines, shop=shop)
    try:
        # Of two with one reference the second waits at the unique index until the first is committed.
        with transaction.atomic():
            order.save(force_insert=True)
    except IntegrityError:
        existing = Order.objects.filter(shop=shop, reference=new.reference).values("pk", "number").first()
        if existing is None:
            raise
        text = _("The shop's reference %(reference)s is order %(number)s.")
        words = {"reference": new.reference, "number": existing["number"]}
        raise Conflict(text % words, code="reference_taken", order=existing["pk"]) from None
    OrderLine.objects.bulk_create(_build_lines(order, findings.lines))
    Address.objects.bulk_create(_build_addresses(order, new))
    if new.documents:
        OrderDocument.objects.bulk_create(_build_documents(order, new))
    OrderEvent.objects.create(order=order, actor=actor, kind="order.received", params={"reference": new.reference})
    return order


def _build_order(new: NewOrder, lines: list[JudgedLine], *, shop: Shop) -> Order:
    pk = _next_id()
    customer = new.customer
    order = Order(
        pk=pk,
        shop=shop,
        number=f"{shop.code}-{FIRST_NUMBER + pk}",
        reference=new.reference,
        placed_at=new.placed_at,
        currency=new.currency,
        total=amount(new.total),
        customer_email=customer.email or "",
        customer_firstname=customer.firstname or "",
        customer_lastname=customer.lastname or "",
        customer_phone=customer.phone or "",
        accepts_letters=customer.accepts_letters,
        accepts_review_request=customer.accepts_review_request,
        shipping_method=new.shipping_method or "",
        express_shipping=new.express_shipping,
        express_production=new.express_production,
        complaint=new.complaint,
        custom_properties=new.custom_properties,
        fingerprint=_fingerprint(new),
    )
    recipient = (getattr(new.recipient, name) or "" for name in ADDRESS_FIELDS)
    phone = spell_phone(order.customer_phone)
    skus = (judged.line.sku or "" for judged in lines)
    order.search = build_vector(
        [order.number, order.reference, order.customer_email, order.customer_name, *phone, *recipient, *skus]
    )
    return order


def _next_id() -> int:
    """Taken before the insert, so that the number needs no second write."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('orders_order_id_seq')")
        return int(cursor.fetchone()[0])


def _build_lines(order: Order, lines: list[JudgedLine]) -> Iterable[OrderLine]:
    for position, judged in enumerate(lines, start=1):
        line = judged.line
        credentials = {str(i): kept for i, file in enumerate(line.files) if (kept := sealed(file.auth))}
        yield OrderLine(
            order=order,
            position=position,
            reference=line.reference,
            kind=judged.kind,
            vendor=judged.vendor,
            sku=line.sku or "",
            name=line.name or (judged.variant.name if judged.variant else ""),
            quantity=line.quantity,
            unit_price=amount(line.unit_price),
            unit_cost=judged.unit_cost,
            design_id="" if line.design_id is None else str(line.design_id),
            files=[{"url": file.url, "type": file.type or ""} for file in line.files],
            file_credentials=credentials or None,
            customs=msgspec.to_builtins(line.customs),
            custom_properties=line.custom_properties,
        )


def _build_addresses(order: Order, new: NewOrder) -> Iterable[Address]:
    for role, _name, address in addresses_of(new):
        given = msgspec.structs.asdict(address)
        yield Address(order=order, role=role, **{name: value or "" for name, value in given.items()})


def _build_documents(order: Order, new: NewOrder) -> Iterable[OrderDocument]:
    for document in new.documents:
        yield OrderDocument(
            order=order,
            kind=document.kind,
            url=document.url,
            carrier=document.carrier or "",
            tracking_code=document.tracking_code or "",
            credentials=sealed(document.auth),
        )


def _fingerprint(new: NewOrder) -> str:
    """Of what is made and where it goes. Empty for a complaint, which repeats an order on purpose."""
    if new.complaint or not settings.ORDER_LOOKALIKE_MINUTES:
        return ""
    made = [(line.sku, line.design_id, line.quantity, [file.url for file in line.files]) for line in new.lines]
    recipient = {name: (value or "").casefold() for name, value in _given(new.recipient).items()}
    whole = msgspec.json.encode([made, recipient], order="deterministic")
    return hashlib.blake2b(whole, digest_size=16).hexdigest()


def _given(address: NewAddress) -> dict[str, Any]:
    return msgspec.structs.asdict(address)


def _find_lookalike(order: Order) -> Order | None:
    """An order of the shop with the same recipient and lines, received shortly before. One indexed query."""
    if not order.fingerprint:
        return None
    since = timezone.now() - timedelta(minutes=settings.ORDER_LOOKALIKE_MINUTES)
    alike = Order.objects.filter(shop=order.shop, fingerprint=order.fingerprint, created_at__gte=since)
    others = alike.exclude(pk=order.pk).exclude(state=OrderState.CANCELLED)
    return others.order_by("pk").only("number", "reference").first()


def _hold_lookalike(order: Order, twin: Order, *, actor: str) -> Order:
    text = _(
        "Order %(number)s (%(reference)s) of a few minutes before has the same recipient and lines. "
        "Release this one if the customer wants both, else cancel it."
    )
    words = {"number": twin.number, "reference": twin.reference}
    return hold_order(order, reason=HoldReason.POSSIBLE_DUPLICATE, text=text % words, errors={}, actor=actor)


def _hold_invalid(order: Order, errors: Errors, *, actor: str) -> Order:
    """One hold for addresses and one for all else: they are mended in different places."""
    roles = tuple(f"{FIELDS[role]}." for role in AddressRole)
    address = {path: texts for path, texts in errors.items() if path.startswith(roles)}
    other = {path: texts for path, texts in errors.items() if path not in address}
    if address:
        text = _("The vendor would refuse the address. Correct it, then release the hold.")
        order = hold_order(order, reason=HoldReason.BAD_ADDRESS, text=text, errors=address, actor=actor)
    if other:
        text = _("The order breaks limits. Correct it with the shop, then release the hold.")
        order = hold_order(order, reason=HoldReason.INVALID_INPUT, text=text, errors=other, actor=actor)
    return order

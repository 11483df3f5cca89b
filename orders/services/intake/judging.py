"""What becomes of an order that comes in, before anything of it is written: refused, held, new or released."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from backoffice.accounts.models import Shop
from backoffice.accounts.models.shop import OddPrice, ShortStock
from backoffice.errors import Conflict, InvalidInput, merge
from backoffice.text.translatable import gettext as _
from orders.models import Hold, HoldReason, Order, OrderState
from orders.services.cooling_off import cooled_at
from orders.services.intake.duplicates import holds_for_duplicate
from orders.services.intake.input import NewOrder
from orders.services.intake.new_rows import build_rows, is_made_already
from orders.services.order_message import OrderRows
from orders.services.preflight.order_checks import Findings, by_reason, check_order, divide


class OrderRefused(InvalidInput):
    """The pre-flight found what must be corrected first."""


@dataclass(frozen=True)
class JudgedOrder:
    """An order with its state, unsaved and without a number, what was found, and what it is held for."""

    rows: OrderRows
    findings: Findings
    holds: list[Hold]

    @property
    def order(self) -> Order:
        return self.rows.order


def judge_order(
    new: NewOrder, *, shop: Shop, hold_invalid: bool = False, repeats: Order | None = None, is_test: bool = False
) -> JudgedOrder:
    """Return what becomes of the order. It begins held when something stands against it, else released when its shop
    releases automatically, else new.

    Raise OrderRefused with errors by field (unless `hold_invalid`, or a vendor makes it since before a restore:
    then it is taken and held). Odd prices and stock that is too small are refused, held or accepted as its shop
    chooses. An order that a person `repeats` is no duplicate of it. Must run in the transaction that writes it: until
    its end no other takes of the same stock.
    """
    rows = build_rows(new, shop=shop, is_test=is_test)
    order, findings = rows.order, check_order(rows)
    if new.replaces is not None:
        _ensure_replaceable(new.replaces, new.reference, shop=shop, is_test=is_test)
    refused = by_reason(
        errors=findings.errors,
        prices=findings.prices if shop.on_odd_price == OddPrice.REFUSE else {},
        stock=findings.stock if shop.on_short_stock == ShortStock.REFUSE else {},
    )
    if refused and not hold_invalid and (is_test or not is_made_already(new.reference, shop=shop)):
        text = _("The order exceeds limits of its vendor or the catalogue.")
        errors = merge(*refused.values())
        raise OrderRefused(text, errors=errors, suggestions=findings.suggestions, reasons=[str(one) for one in refused])
    holds = [*_holds_for(findings, shop=shop), *holds_for_duplicate(order, repeats=repeats)]
    if holds:
        order.state = OrderState.HELD
    elif shop.release_automatically:
        order.state, order.leaves_at = OrderState.RELEASED, cooled_at(shop)
    return JudgedOrder(rows, findings, holds)


@transaction.atomic
def preview_order(new: NewOrder, *, shop: Shop, hold_invalid: bool = False, is_test: bool = False) -> JudgedOrder:
    """Return what would become of the order if it were placed now, and write nothing. Raise what placing it would,
    Conflict for a reference that the shop has used.
    """
    judged = judge_order(new, shop=shop, hold_invalid=hold_invalid, is_test=is_test)
    same = Order.objects.filter(shop=shop, reference=new.reference, replaces=new.replaces, is_test=is_test)
    if taken := same.first():
        raise refuse_reference(taken)
    return judged


def refuse_reference(existing: Order) -> Conflict:
    """Return the refusal of an order whose reference the shop has used for that one."""
    text = _("The shop's reference %(reference)s already belongs to order %(number)s.")
    if existing.state == OrderState.CANCELLED and existing.merged_into_id is None:
        text = _(
            "The shop's reference %(reference)s belongs to order %(number)s, which is cancelled. To reuse it, name "
            "that order in `replaces`."
        )
    params = {"reference": existing.reference, "number": existing.number}
    return Conflict(text % params, code="reference_taken", order=existing.pk)


def _ensure_replaceable(replaces: int, reference: str, *, shop: Shop, is_test: bool = False) -> None:
    """Raise OrderRefused unless the shop's order that is to be replaced has that reference and is cancelled, which it
    is for good.
    """
    found = Order.objects.filter(shop=shop, pk=replaces, is_test=is_test)
    replaced = found.only("state", "reference", "number", "merged_into").first()
    if replaced is None:
        text = _("The shop has no order %(id)s.") % {"id": replaces}
    elif replaced.reference != reference:
        text = _(
            "Order %(number)s has the reference %(reference)s: the order that replaces it must use the same reference."
        )
        text = text % {"number": replaced.number, "reference": replaced.reference}
    elif replaced.state != OrderState.CANCELLED:
        text = _("Only a cancelled order can be replaced. State of order %(number)s: %(state)s.")
        text = text % {"number": replaced.number, "state": replaced.get_state_display()}
    elif replaced.merged_into is not None:
        text = _(
            "Order %(number)s was merged into %(into)s, which now has its lines: there is nothing left to replace."
        )
        text = text % {"number": replaced.number, "into": replaced.merged_into.number}
    else:
        return
    raise OrderRefused(_("The order cannot replace that one."), errors={"replaces": [text]})


def _holds_for(findings: Findings, *, shop: Shop) -> Iterator[Hold]:
    """Yield a hold for each place where it is corrected or decided: addresses, doubts, prices, stock, all else."""
    address, other = divide(findings.errors)
    if address or findings.doubts:
        text = _("The address may be incomplete. Correct it, or release the hold.")
        if address:
            text = _("The vendor would reject the address. Correct it, then release the hold.")
        yield Hold(reason=HoldReason.BAD_ADDRESS, text=text, errors=address | findings.doubts)
    if other:
        text = _("The order exceeds limits. Correct it with the shop, then release the hold.")
        yield Hold(reason=HoldReason.INVALID_INPUT, text=text, errors=other)
    if findings.prices:
        text = _("The prices look wrong. Check them with the shop, then release the hold or cancel the order.")
        yield Hold(reason=HoldReason.ODD_PRICE, text=text, errors=findings.prices)
    if findings.stock and shop.on_short_stock != ShortStock.BACKORDER:
        text = _("There is not enough stock. Change the order with the shop, or release the hold to order it anyway.")
        yield Hold(reason=HoldReason.OUT_OF_STOCK, text=text, errors=findings.stock)

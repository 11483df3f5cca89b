"""What a confirmation page says: the thing, the consequence, the price, and a button that names the action."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import ngettext

from backoffice.amounts import money
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import TakesOrdersAtOnce
from backoffice.vendors.registry import has_ability, vendor_title
from orders.admin.order_page.context import OrderPageContext
from orders.admin.order_page.field_forms import FieldForm, field_forms
from orders.admin.order_page.remedies import Remedy, no_remedy_text, remedies
from orders.models import Hold, HoldReason, Order, OrderAlarm, VendorOrderState
from orders.services.lifecycle import goes_on_by_itself
from orders.services.preflight.rechecks import recheck_orders

AT_VENDOR = (VendorOrderState.SUBMITTED, VendorOrderState.CHECKED, VendorOrderState.UNKNOWN)


@dataclass(frozen=True)
class Confirmation:
    """`refusal` says why it cannot be done; then there is no button."""

    title: str
    button: str
    done: str
    style: str = "primary"
    consequences: list[Any] = field(default_factory=list)
    refusal: str = ""
    # What its vendors would refuse, what fixes it, and whether a person may pass over it.
    errors: dict[str, list[str]] = field(default_factory=dict)
    forms: list[FieldForm] = field(default_factory=list)
    remedies: list[Remedy] = field(default_factory=list)
    may_be_overridden: bool = False
    advice: str = ""


def cancelling(page: OrderPageContext) -> Confirmation:
    order = page.order
    at_vendor = [row for row in page.vendor_orders if row.state in AT_VENDOR]
    to_inform = [row for row in at_vendor if has_ability(row.vendor, TakesOrdersAtOnce)]
    consequences = []
    if asked := {row.vendor for row in at_vendor if row not in to_inform}:
        consequences = [
            _("Cancellation is requested from %(vendors)s. The order is cancelled once that is confirmed.")
            % {"vendors": _titles(asked)},
            _("If production begins before the answer, the order continues and you will see it here."),
        ]
    if to_inform:
        text = _(
            "%(vendor)s does not accept cancellations over its interface: cancel %(reference)s there by telephone "
            "or e-mail, then record the answer on the order's page. Until then the order is not cancelled."
        )
        consequences += [text % {"vendor": vendor_title(row.vendor), "reference": row.reference} for row in to_inform]
    if not at_vendor:
        consequences = [_("No vendor has any part of it: it is cancelled immediately, and nothing will be made.")]
    consequences.append(_("A cancelled order cannot be resumed. The shop receives the new status over the API."))
    amount = money(order.total, order.currency)
    return Confirmation(
        title=_("Cancel order %(number)s?") % {"number": order.number},
        button=_("Cancel %(number)s (%(amount)s)") % {"number": order.number, "amount": amount},
        style="danger",
        done=_("Order %(number)s: cancellation requested.") % {"number": order.number}
        if at_vendor
        else _("Order %(number)s is cancelled.") % {"number": order.number},
        consequences=consequences,
        refusal=order.can_cancel(vendor_orders=page.vendor_orders).reason,
    )


def releasing(page: OrderPageContext) -> Confirmation:
    order = page.order
    made = ngettext(
        "%(count)s line is sent to %(vendors)s and will be made and charged.",
        "%(count)s lines are sent to %(vendors)s and will be made and charged.",
        len(page.lines),
    )
    button = _("Release %(number)s") % {"number": order.number}
    if page.margin is not None:  # what the vendors charge for the lines is known
        amount = money(page.net - page.margin, order.currency)
        button = _("Release %(number)s, %(amount)s at the vendor") % {"number": order.number, "amount": amount}
    return Confirmation(
        title=_("Release order %(number)s?") % {"number": order.number},
        button=button,
        done=_("Order %(number)s is released.") % {"number": order.number},
        consequences=[
            made % {"count": len(page.lines), "vendors": _titles(page.vendor_names)},
            _("It can be cancelled until production begins."),
        ],
        refusal=order.can_release(holds=page.active_holds).reason,
        **_recheck(page),
    )


def holding(order: Order) -> Confirmation:
    return Confirmation(
        title=_("Hold order %(number)s?") % {"number": order.number},
        button=_("Hold %(number)s") % {"number": order.number},
        done=_("Order %(number)s is held.") % {"number": order.number},
        consequences=[
            _("Anything not yet sent to a vendor stays here until the hold is released."),
            _("Anything already sent to a vendor continues."),
        ],
        refusal=order.can_hold().reason,
    )


def lifting(page: OrderPageContext, hold: Hold) -> Confirmation:
    order, goes = page.order, False
    others = [str(other.get_reason_display()) for other in page.active_holds if other.pk != hold.pk]
    if others:
        text = _("The order stays held: %(reasons)s.") % {"reasons": ", ".join(others)}
    elif goes_on_by_itself(order):
        goes = True
        text = _("This is the last hold: the order is sent to %(vendors)s immediately.")
        text %= {"vendors": _titles(page.vendor_names)}
    else:
        text = _("This is the last hold: the order is new again and waits to be released.")
    return Confirmation(
        title=_("Release the hold “%(reason)s”?") % {"reason": hold.get_reason_display()},
        button=_("Release the hold on %(number)s") % {"number": order.number},
        done=_("The hold is released."),
        consequences=[text],
        refusal="" if hold.released_at is None else _("This hold has already been released."),
        **(_recheck(page, deciding=hold) if goes else {}),
    )


def accepting(order: Order, hold: Hold) -> Confirmation:
    number = {"number": order.number}
    return Confirmation(
        title=_("Release the hold on %(number)s and send its print files as they are?") % number,
        button=_("Send the files of %(number)s as they are") % number,
        style="danger",
        done=_("The order continues with its files as they are."),
        consequences=[
            _(
                "The print files of this order are not checked again. If the vendor cannot use one, it cancels "
                "that entire part."
            )
        ],
        refusal="" if hold.released_at is None else _("This hold has already been released."),
    )


def settling(alarm: OrderAlarm) -> Confirmation:
    return Confirmation(
        title=_("Settle the alarm “%(reason)s”?") % {"reason": alarm.get_reason_display()},
        button=_("Settle the alarm"),
        done=_("The alarm is settled."),
        consequences=[alarm.text, _("No message is sent. Record what you have done about it.")],
        refusal="" if alarm.settled_at is None else _("This alarm has already been settled."),
    )


def _titles(vendors: Collection[str]) -> str:
    return ", ".join(sorted(vendor_title(vendor) for vendor in vendors))


def _recheck(page: OrderPageContext, *, deciding: Hold | None = None) -> dict[str, Any]:
    """Return what the pre-flight says of the order now, as fields of its confirmation; without what is decided by
    ending that hold.
    """
    found = recheck_orders([page.order])[page.order.pk]
    if deciding is not None:
        found.dismiss(HoldReason(deciding.reason))
    if not (errors := found.obstacles):
        return {}
    forms = field_forms(page, errors)
    offered = [one for one in remedies(page, errors) if one.url not in {form.url for form in forms}]
    return {
        "errors": errors,
        "forms": forms,
        "remedies": offered,
        "may_be_overridden": found.may_be_overridden,
        "advice": "" if offered or forms else no_remedy_text(),
    }

"""What a confirmation page says: the thing, the consequence, the price, and a button that names the action."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import ngettext

from backoffice.amounts import money
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import TakesOrdersAtOnce
from backoffice.vendors.registry import has_ability
from orders.admin.order_page.context import OrderPageContext
from orders.admin.order_page.field_forms import FieldForm, field_forms
from orders.admin.order_page.remedies import Remedy, no_remedy_text, remedies
from orders.models import Hold, Order, OrderAlarm, VendorOrderState
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
        names = ", ".join(sorted(asked))
        consequences = [
            _("%(vendors)s is asked to cancel. The order is cancelled once that is confirmed.") % {"vendors": names},
            _("If production begins before the answer, the order goes on and you will read it here."),
        ]
    if to_inform:
        text = _(
            "%(vendor)s takes no cancellation over its interface: tell it by telephone or e-mail that %(reference)s is "
            "cancelled, then say on the order's page what it answered. Until then the order is not cancelled."
        )
        consequences += [text % {"vendor": row.vendor, "reference": row.reference} for row in to_inform]
    if not at_vendor:
        consequences = [_("Nothing of it is at a vendor: it is cancelled at once, and nothing will be made.")]
    consequences.append(_("A cancelled order cannot be taken up again. The shop reads the new state over the API."))
    amount = money(order.total, order.currency)
    return Confirmation(
        title=_("Cancel order %(number)s?") % {"number": order.number},
        button=_("Cancel %(number)s (%(amount)s)") % {"number": order.number, "amount": amount},
        style="danger",
        done=_("Order %(number)s: cancellation asked for.") % {"number": order.number}
        if at_vendor
        else _("Order %(number)s is cancelled.") % {"number": order.number},
        consequences=consequences,
        refusal=order.can_cancel(vendor_orders=page.vendor_orders).reason,
    )


def releasing(page: OrderPageContext) -> Confirmation:
    order = page.order
    lines = ngettext("%(count)s line goes", "%(count)s lines go", len(page.lines)) % {"count": len(page.lines)}
    vendors = ", ".join(page.vendor_names)
    button = _("Release %(number)s") % {"number": order.number}
    if page.margin is not None:  # what the vendors charge for the lines is known
        amount = money(page.net - page.margin, order.currency)
        button = _("Release %(number)s, %(amount)s at the vendor") % {"number": order.number, "amount": amount}
    return Confirmation(
        title=_("Release order %(number)s?") % {"number": order.number},
        button=button,
        done=_("Order %(number)s is released.") % {"number": order.number},
        consequences=[
            _("%(lines)s to %(vendors)s and will be made and charged.") % {"lines": lines, "vendors": vendors},
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
            _("What no vendor has yet stays here until the hold is released."),
            _("What a vendor has already been given goes on."),
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
        vendors = ", ".join(page.vendor_names)
        text = _("It is the last one: the order goes to %(vendors)s at once.") % {"vendors": vendors}
    else:
        text = _("It is the last one: the order is new again and waits to be released.")
    return Confirmation(
        title=_("Release the hold “%(reason)s”?") % {"reason": hold.get_reason_display()},
        button=_("Release the hold of %(number)s") % {"number": order.number},
        done=_("The hold is released."),
        consequences=[text],
        refusal="" if hold.released_at is None else _("This hold has been released already."),
        **(_recheck(page) if goes else {}),
    )


def accepting(order: Order, hold: Hold) -> Confirmation:
    number = {"number": order.number}
    return Confirmation(
        title=_("Release the hold of %(number)s and send its print files as they are?") % number,
        button=_("Send the files of %(number)s as they are") % number,
        style="danger",
        done=_("The order goes on with its files as they are."),
        consequences=[
            _(
                "Nobody looks at the print files of this order again. If the vendor cannot use one, it cancels all of "
                "that part."
            )
        ],
        refusal="" if hold.released_at is None else _("This hold has been released already."),
    )


def settling(alarm: OrderAlarm) -> Confirmation:
    return Confirmation(
        title=_("Settle the alarm “%(reason)s”?") % {"reason": alarm.get_reason_display()},
        button=_("Settle the alarm"),
        done=_("The alarm is settled."),
        consequences=[alarm.text, _("Nothing is sent to anybody: write down what you have done about it.")],
        refusal="" if alarm.settled_at is None else _("This alarm has been settled already."),
    )


def _recheck(page: OrderPageContext) -> dict[str, Any]:
    """Return what the pre-flight says of the order now, as fields of its confirmation."""
    found = recheck_orders([page.order])[page.order.pk]
    if not found.errors:
        return {}
    forms = field_forms(page, found.errors)
    offered = [one for one in remedies(page, found.errors) if one.url not in {form.url for form in forms}]
    return {
        "errors": found.errors,
        "forms": forms,
        "remedies": offered,
        "may_be_overridden": found.may_be_overridden,
        "advice": "" if offered or forms else no_remedy_text(),
    }

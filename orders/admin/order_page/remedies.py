"""What can be done about a hold or an error: for each reason its own remedy, the fitting one first."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.http import urlencode

from backoffice.sight import may_see_personal_data
from backoffice.text.translatable import gettext as _
from orders.admin.order_page.context import OrderPageContext
from orders.admin.order_page.field_forms import FieldForm, field_forms
from orders.admin.order_page.terms import TermsForm, terms_form
from orders.models import AddressRole, Hold, HoldReason, Order, OrderLine
from orders.models.line import LineKind
from orders.services.editing.edits import CORRECTABLE
from orders.services.holds import MAY_END_BY_ITSELF

# Ours "lines[2].files[0].url", and "lines.3.files" where the vendor complained of the line that we call 3.
_FILE = re.compile(r"lines(?:\[(?P<index>\d+)\]|\.(?P<position>\d+))\.files?(?:[.\[](?P<file>\d+))?")
_LINE = re.compile(r"lines(?:\[(?P<index>\d+)\]|\.(?P<position>\d+))(?P<rest>.*)", re.DOTALL)


@dataclass(frozen=True)
class Remedy:
    """A way out, as a button to `url`."""

    label: str
    icon: str
    url: str
    style: str = ""


@dataclass(frozen=True)
class HoldBox:
    """A hold with what its order's page offers: its fields to correct, and buttons, of which one is primary at most.

    With `forms` saving the first is the primary one. Of several holds one `comes_first`: a page has one next step.
    """

    hold: Hold
    forms: list[FieldForm] = field(default_factory=list)
    remedies: list[Remedy] = field(default_factory=list)
    advice: str = ""
    comes_first: bool = True

    @property
    def terms(self) -> TermsForm:
        """Who takes care of it, and until when it lasts."""
        return terms_form(self.hold)

    @property
    def may_end_by_itself(self) -> bool:
        return self.hold.reason in MAY_END_BY_ITSELF


def hold_boxes(page: OrderPageContext) -> list[HoldBox]:
    """Return what stands on the page of the order for each of its active holds."""
    return [_box(page, hold, comes_first=place == 0) for place, hold in enumerate(page.active_holds)]


def remedies(page: OrderPageContext, errors: Mapping[str, list[str]]) -> list[Remedy]:
    """Return what fixes these errors, by the path of their fields; only what is possible now."""
    order = page.order
    if order.state not in CORRECTABLE:
        return []
    correctable = {row.address.role for row in page.addresses if row.may_be_corrected}
    roles = [role for role in AddressRole if any(path.startswith(role.field) for path in errors)]
    found = [address_remedy(order, role) for role in roles if role in correctable]
    lines = {row.line.position: row.line for row in page.lines}
    found += [file for path in errors if (file := _exchange(order, _FILE.match(path), lines)) is not None]
    others = [path for path in errors if not _FILE.match(path) and not path.startswith(tuple(AddressRole.values))]
    found += [_edit(order, path) for path in others]
    return list(dict.fromkeys(found))


def address_remedy(order: Order, role: AddressRole) -> Remedy:
    label = _("Correct the address") if role == AddressRole.RECIPIENT else _("Correct: %(role)s") % {"role": role.label}
    return Remedy(label, "edit_location", reverse("admin:orders_order_address", args=[order.pk, role]))


def no_remedy_text() -> str:
    return _(
        "This can no longer be edited here. If the cause is fixed, release the hold. If not, cancel the order and "
        "place it again."
    )


def edit_url(order: Order, *, path: str = "") -> str:
    """Return the page on which the order is edited, at that field ("lines[0].sku")."""
    url = reverse("admin:orders_order_edit", args=[order.pk])
    return f"{url}?{urlencode({'field': path})}" if path else url


def _box(page: OrderPageContext, hold: Hold, *, comes_first: bool) -> HoldBox:
    reason = HoldReason(hold.reason)
    implied: dict[str, list[str]] = {"recipient": []} if reason == HoldReason.BAD_ADDRESS else {}
    errors = hold.errors or implied
    may_correct = page.order.state in CORRECTABLE and may_see_personal_data()
    forms = field_forms(page, errors, hold=hold) if may_correct else []
    in_forms = {form.url for form in forms}
    found = [one for one in remedies(page, errors) if one.url not in in_forms]
    found += [one for one in _OF_REASON[reason](page, hold) if one not in found]
    # What only the shop can correct by now: releasing it again would end where it began.
    is_stuck = reason in _ABOUT_CONTENT and bool(hold.errors) and not forms and len(found) == 1
    if comes_first and not forms and not is_stuck:
        found = [_primary(found[0]), *found[1:]]
    return HoldBox(hold, forms, found, no_remedy_text() if is_stuck else "", comes_first)


def _primary(remedy: Remedy) -> Remedy:
    return Remedy(remedy.label, remedy.icon, remedy.url, remedy.style or "primary")


_ABOUT_CONTENT = (HoldReason.INVALID_INPUT, HoldReason.VENDOR_REFUSED)
_Offer = Callable[[OrderPageContext, Hold], list[Remedy]]


def _lift(label: Callable[[], str]) -> _Offer:
    """Offer to release the hold, in the words of its reason."""

    def offer(page: OrderPageContext, hold: Hold) -> list[Remedy]:
        return [Remedy(label(), "play_arrow", reverse("admin:orders_order_lift", args=[page.order.pk, hold.pk]))]

    return offer


def _both(*offers: _Offer) -> _Offer:
    return lambda page, hold: [one for offer in offers for one in offer(page, hold)]


def _cancel(page: OrderPageContext, hold: Hold) -> list[Remedy]:
    if not page.order.can_cancel(vendor_orders=page.vendor_orders):
        return []
    return [Remedy(_("Cancel the order"), "cancel", reverse("admin:orders_order_cancel", args=[page.order.pk]))]


def _change_lines(page: OrderPageContext, hold: Hold) -> list[Remedy]:
    """Offer to edit what no field of the hold names already."""
    if page.order.state not in CORRECTABLE:
        return []
    return [] if hold.errors else [Remedy(_("Edit the order"), "edit_note", edit_url(page.order))]


def _files(page: OrderPageContext, hold: Hold) -> list[Remedy]:
    """Offer to exchange every print file where the hold names none, and to send them as they are."""
    named = any(_FILE.match(path) for path in hold.errors)
    lines = [row.line for row in page.lines] if not named else []
    found = [
        _exchange_of(page.order, line, index)
        for line in lines
        if line.kind == LineKind.FILES
        for index in range(len(line.files))
    ]
    url = reverse("admin:orders_order_accept", args=[page.order.pk, hold.pk])
    return [*found, Remedy(_("Release it anyway"), "gavel", url, "danger")]


def _compare(page: OrderPageContext, hold: Hold) -> list[Remedy]:
    if hold.duplicate_of_id is None:
        return []
    url = reverse("admin:orders_order_compare", args=[page.order.pk, hold.pk])
    return [Remedy(_("Compare both orders"), "difference", url)]


def _strays(page: OrderPageContext, hold: Hold) -> list[Remedy]:
    url = reverse("admin:orders_strayorder_changelist")
    return [Remedy(_("Orders known only to the vendor"), "travel_explore", url)]


# What a reason offers after what its errors name. The first of all is the primary button.
_OF_REASON: dict[HoldReason, _Offer] = {
    HoldReason.INVALID_INPUT: _both(_change_lines, _lift(lambda: _("Release this hold"))),
    HoldReason.BAD_ADDRESS: _lift(lambda: _("Release this hold")),
    HoldReason.VENDOR_REFUSED: _both(_change_lines, _lift(lambda: _("Send again as it is"))),
    HoldReason.VENDOR_CANCELLED: _both(_lift(lambda: _("Have it made again")), _cancel),
    HoldReason.DIFFERS_AT_VENDOR: _both(_cancel, _lift(lambda: _("Accept what the vendor makes"))),
    HoldReason.SECOND_AT_VENDOR: _both(_strays, _lift(lambda: _("Settled at the vendor: release"))),
    HoldReason.BAD_FILE: _both(_files, _lift(lambda: _("Check the files again"))),
    HoldReason.UNAVAILABLE: _both(_change_lines, _cancel, _lift(lambda: _("It can be made: release"))),
    HoldReason.ODD_PRICE: _both(_lift(lambda: _("The prices are right: release")), _cancel),
    HoldReason.OUT_OF_STOCK: _both(_lift(lambda: _("Order it anyway")), _cancel),
    HoldReason.POSSIBLE_DUPLICATE: _both(_compare, _lift(lambda: _("The customer wants both: release")), _cancel),
    HoldReason.MANUAL: _lift(lambda: _("Release this hold")),
    HoldReason.RULE: _lift(lambda: _("Release this hold")),
}


def _edit(order: Order, path: str) -> Remedy:
    """Offer the page where the order is edited, at that field."""
    match = _LINE.match(path)
    if match is None:
        return Remedy(_("Edit the order"), "edit_note", edit_url(order, path=path))
    position = int(match["position"]) if match["position"] else int(match["index"]) + 1
    label = _("Edit line %(line)s") % {"line": position}
    return Remedy(label, "edit_note", edit_url(order, path=f"lines[{position - 1}]{match['rest']}"))


def _exchange(order: Order, match: re.Match[str] | None, lines: Mapping[int, OrderLine]) -> Remedy | None:
    if match is None:
        return None
    line = lines.get(int(match["position"]) if match["position"] else int(match["index"]) + 1)
    index = int(match["file"] or 0)
    if line is None or line.kind != LineKind.FILES or index >= len(line.files):
        return None
    return _exchange_of(order, line, index)


def _exchange_of(order: Order, line: OrderLine, index: int) -> Remedy:
    label = _("Replace the file of line %(line)s") % {"line": line.reference}
    return Remedy(label, "swap_horiz", reverse("admin:orders_order_file", args=[order.pk, line.pk, index]))


def reasons_with_remedy() -> Iterable[HoldReason]:
    """Return the reasons that have a remedy of their own."""
    return _OF_REASON.keys()

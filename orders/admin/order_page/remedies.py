"""What can be done about an error: the button that fixes exactly that, or advice where the product has none."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse

from backoffice.text.translatable import TranslatableText
from backoffice.text.translatable import gettext as _
from orders.admin.order_page.context import OrderPageContext
from orders.models import AddressRole, Hold, HoldReason, Order, OrderLine
from orders.models.line import LineKind
from orders.services.editing.edits import CORRECTABLE

# Ours "lines[2].files[0].url", and "lines.3.files" where the vendor complained of the line that we call 3.
_FILE = re.compile(r"lines(?:\[(?P<index>\d+)\]|\.(?P<position>\d+))\.files?(?:[.\[](?P<file>\d+))?")
_ABOUT_CONTENT = (HoldReason.INVALID_INPUT, HoldReason.VENDOR_REFUSED)


@dataclass(frozen=True)
class Remedy:
    """A way to fix it, as a button to `url`."""

    label: str
    icon: str
    url: str


@dataclass(frozen=True)
class HoldBox:
    """A hold with what its order's page offers: remedies, the fitting one first; `advice` where there is none."""

    hold: Hold
    remedies: list[Remedy]
    advice: str

    @property
    def is_ended_by_release(self) -> bool:
        """Whether letting it go is all there is to do: a person or a rule decides, and nothing has to be fixed."""
        return not self.remedies and not self.advice


def hold_boxes(page: OrderPageContext) -> list[HoldBox]:
    """Return what stands on the page of the order for each of its active holds."""
    boxes = []
    for hold in page.active_holds:
        implied: dict[str, list[str]] = {"recipient": []} if hold.reason == HoldReason.BAD_ADDRESS else {}
        found = remedies(page, hold.errors or implied)
        if hold.reason == HoldReason.POSSIBLE_DUPLICATE:
            found += _duplicate(hold)
        boxes.append(HoldBox(hold, found, "" if found or hold.reason not in _ABOUT_CONTENT else no_remedy_text()))
    return boxes


def remedies(page: OrderPageContext, errors: Mapping[str, list[str]]) -> list[Remedy]:
    """Return what fixes these errors, by the path of their fields; only what is possible now."""
    order = page.order
    if order.state not in CORRECTABLE:
        return []
    correctable = {row.address.role for row in page.addresses if row.may_be_corrected}
    roles = [role for role in AddressRole if any(path.startswith(role.field) for path in errors)]
    found = [address_remedy(order, role) for role in roles if role in correctable]
    files = (match for path in errors if (match := _FILE.match(path)))
    lines = {row.line.position: row.line for row in page.lines}
    found += [file for match in files if (file := _exchange(order, match, lines)) is not None]
    return list(dict.fromkeys(found))


def address_remedy(order: Order, role: AddressRole) -> Remedy:
    label = _("Correct the address") if role == AddressRole.RECIPIENT else _("Correct: %(role)s") % {"role": role.label}
    return Remedy(label, "edit_location", reverse("admin:orders_order_address", args=[order.pk, role]))


def no_remedy_text() -> str:
    return _(
        "Lines cannot be changed here. If the cause is gone, release the hold. If not, cancel the order and ask the "
        "shop to send it again under another reference."
    )


def _exchange(order: Order, match: re.Match[str], lines: Mapping[int, OrderLine]) -> Remedy | None:
    line = lines.get(int(match["position"]) if match["position"] else int(match["index"]) + 1)
    index = int(match["file"] or 0)
    if line is None or line.kind != LineKind.FILES or index >= len(line.files):
        return None
    label = _("Exchange the file of line %(line)s") % {"line": line.reference}
    return Remedy(label, "swap_horiz", reverse("admin:orders_order_file", args=[order.pk, line.pk, index]))


def _duplicate(hold: Hold) -> list[Remedy]:
    """Link to the order that this one may repeat: the text of the hold was made with its number."""
    params = hold.text.params if isinstance(hold.text, TranslatableText) else None
    number = params.get("number", "") if isinstance(params, Mapping) else ""
    if not number:
        return []
    url = f"{reverse('admin:orders_order_changelist')}?q={number}"
    return [Remedy(_("Compare with %(number)s") % {"number": number}, "content_copy", url)]

"""Orders at vendors that belong to no order of ours: kept, shown, and compared with what is ours."""

import re
from dataclasses import dataclass

import msgspec
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.errors import Conflict
from backoffice.text.reasons import checked_reason
from backoffice.text.translatable import gettext as _
from backoffice.vendors.messages import LineReport, OrderReport, PostalAddress, RemoteOrderState
from backoffice.vendors.registry import names_for
from orders.models import Order, StrayOrder, StrayState, VendorOrder
from orders.services.order_message import differences, order_to_place

_OURS = re.compile(
    r"(?P<number>(?P<code>[\w-]{1,8})-\d{6,19}(?:-[A-HJ-NP-Z]+)?)(?:-(?P<part>\d{1,3}))?(?:-g(?P<generation>\d{1,3}))?"
)
# What tells two recipients apart; vendors may spell the rest in their own way.
_WHO = ("company", "firstname", "lastname", "street", "zip", "city")


@dataclass(frozen=True)
class OurReference:
    """A reference of ours in parts: "WEB-100001-2-g3" is the third generation of the second part of WEB-100001."""

    code: str
    number: str
    part: int
    generation: int


def read_reference(text: str) -> OurReference | None:
    """Return the parts of the reference, None where it is not of our making."""
    found = _OURS.fullmatch(text)
    if found is None:
        return None
    return OurReference(found["code"], found["number"], int(found["part"] or 1), int(found["generation"] or 1))


def note_stray(report: OrderReport, *, beside: VendorOrder | None = None) -> StrayOrder | None:
    """Keep what a vendor makes under a reference of ours without an order here; what is known is brought up to date.

    Return None for what is nobody's: a draft, of which nothing is made, and a reference that is not ours.
    """
    ours = read_reference(report.reference)
    if ours is None or report.state == RemoteOrderState.DRAFT:
        return None
    shop = Shop.objects.filter(code=ours.code).first()
    if shop is None:
        return None
    shown = {"vendor_state": report.state.value, "report": msgspec.to_builtins(report)}
    whose = {
        "shop": shop,
        "number": ours.number,
        "part": ours.part,
        "reference": report.reference,
        "shop_reference": report.reference2[:50],
        "ordered_at": report.created_at,
        "beside": beside,
    }
    return StrayOrder.objects.update_or_create(
        vendor=report.vendor, vendor_id=report.vendor_id, defaults=shown, create_defaults=shown | whose
    )[0]


def open_strays(order: Order) -> QuerySet[StrayOrder]:
    """Return what only vendors know of this very order: by the shop's reference, by our number where none was given."""
    is_its = Q(shop_reference=order.reference) | Q(shop_reference="", number=order.number)
    rows = StrayOrder.objects.filter(is_its, shop=order.shop_id, state=StrayState.OPEN)
    return rows.filter(vendor__in=names_for(tests=order.is_test)).order_by("pk")


def goods_that_differ(row: VendorOrder, report: OrderReport) -> list[str]:
    """Return how an order at a vendor is another one than this part of ours, by lines and recipient."""
    requested = order_to_place(row)
    lines = tuple(msgspec.structs.replace(line, file_urls=_without_ours(line)) for line in report.lines)
    found = differences(requested, msgspec.structs.replace(report, reference=requested.reference, lines=lines))
    if report.recipient is not None and _who(report.recipient) != _who(requested.recipient):
        params = {"held": spell_recipient(report.recipient), "agreed": spell_recipient(requested.recipient)}
        found.append(_("It goes to %(held)s, not to %(agreed)s.") % params)
    return found


def spell_recipient(address: PostalAddress) -> str:
    """Return who and where in one line."""
    name = " ".join(filter(None, (address.firstname, address.lastname)))
    return ", ".join(filter(None, (name, address.company, f"{address.zip} {address.city}".strip()))) or "–"


def dismiss_stray(stray: StrayOrder, *, actor: str, reason: str) -> None:
    """Dismiss it: nothing is to be done. Raise InvalidInput without a reason, Conflict when somebody was first."""
    settle_stray(stray, state=StrayState.DISMISSED, actor=actor, reason=checked_reason(reason))


def settle_stray(
    stray: StrayOrder,
    *,
    state: StrayState,
    actor: str,
    reason: str = "",
    vendor_order: VendorOrder | None = None,
    is_adopted: bool = False,
) -> None:
    """Write what became of it. Raise Conflict when somebody was first."""
    settled = StrayOrder.objects.filter(pk=stray.pk, state=StrayState.OPEN).update(
        state=state,
        decided_by=actor,
        decided_at=timezone.now(),
        reason=reason,
        vendor_order=vendor_order,
        is_adopted=is_adopted,
    )
    if not settled:
        raise Conflict(_("This has already been decided."))


def _without_ours(line: LineReport) -> tuple[str, ...]:
    """Return the files; of our own links, signed anew each time, only that there is one can be compared."""
    return tuple("" if url.startswith(settings.PUBLIC_URL) else url for url in line.file_urls)


def _who(address: PostalAddress) -> list[str]:
    return [" ".join(getattr(address, name).casefold().split()) for name in _WHO]

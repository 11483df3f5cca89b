"""The form that corrects an address of an order that waits."""

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from backoffice.paper.postal import address_lines
from backoffice.sight import PERSONAL_DATA, require_sight
from backoffice.staff.base import actor
from backoffice.staff.pages import get_visible_or_404
from backoffice.staff.text_fields import CodeField, LineField, PartField, posted_text
from backoffice.text.translatable import gettext as _
from orders.admin.order_page.address_context import SENT, longest_allowed
from orders.admin.order_page.frame import Pages, fill_in, find_order, posted_revision
from orders.models import Address, AddressRole
from orders.services.editing.edits import correct_address
from orders.services.preflight.address_proposals import propose_address

FIELDS_SHOWN = (
    "company", "department", "firstname", "lastname", "street", "care_of", "zip", "city", "district", "state_code",
    "country_code", "phone", "email",
)  # fmt: skip


# Of addresses that the vendor keeps.
_NAMES = ("address_id", "address_key")


def fields_of(role: str) -> tuple[str, ...]:
    """Return what staff fill in of an address of that role."""
    return (*FIELDS_SHOWN, *_NAMES) if AddressRole(role).may_be_kept_at_vendor else FIELDS_SHOWN


class AddressForm(forms.ModelForm):
    """Our own columns' widths only: the vendor's limits stand beside the fields and are checked by the service."""

    class Meta:
        model = Address
        fields = (*FIELDS_SHOWN, *_NAMES)
        # A postcode of dashes is kept: some countries have none.
        field_classes = (
            dict.fromkeys(FIELDS_SHOWN, PartField)
            | {"zip": LineField, "email": CodeField}
            | dict.fromkeys(_NAMES, CodeField)
        )

    def __init__(
        self, *arguments: Any, role: str = AddressRole.RECIPIENT, limits: dict[str, int], **named: Any
    ) -> None:
        super().__init__(*arguments, **named)
        shown = fields_of(role)
        self.fields = {name: field for name, field in self.fields.items() if name in shown}
        for name, limit in limits.items():
            if name in self.fields:
                self.fields[name].widget.attrs["data-limit"] = limit
                self.fields[name].help_text = _("at most %(limit)s characters") % {"limit": limit}


def correct(request: HttpRequest, pk: int, role: str) -> HttpResponse:
    """Show the form with limits and a suggestion; save what the pre-flight accepts."""
    require_sight(PERSONAL_DATA)
    order = find_order(request, pk)
    address = get_visible_or_404(Address, order=order, role=role)
    vendors = order.lines.order_by().values_list("vendor", flat=True).distinct()
    limits = longest_allowed(vendors) if address.role in SENT else {}
    posted, given = _posted(request, address)
    revision = posted_revision(request.POST)

    def do(values: dict[str, Any]) -> str:
        named = {name: value for name, value in values.items() if name in given}
        corrected = correct_address(
            order, role=AddressRole(role), values=named, actor=actor(request), revision=revision
        )
        return _("The address is corrected. Order status: %s.") % corrected.get_state_display()

    return fill_in(
        request,
        "orders/address.html",
        order,
        form=AddressForm(posted, instance=Address.objects.get(pk=address.pk), role=role, limits=limits),
        do=do,
        path=f"{address.field}.",
        title=_("Correct an address of %(number)s") % {"number": order.number},
        address=address,
        current=address_lines(vars(address), country=address.country_code),
        suggestion=_suggestion(address, limits),
    )


def _suggestion(address: Address, limits: Mapping[str, int]) -> tuple[str, str] | None:
    proposal = propose_address(address, limits=limits)
    return (proposal["street"], proposal["care_of"]) if proposal.keys() >= {"street", "care_of"} else None


def _posted(request: HttpRequest, address: Address) -> tuple[Mapping[str, Any] | None, Collection[str]]:
    """Return the whole form, and the names of the fields that the page had: a banner shows some of them only, the
    others stay as they are.
    """
    if request.method != "POST":
        return None, ()
    if "some" not in request.POST:
        return request.POST, fields_of(address.role)
    given = [name for name in fields_of(address.role) if name in request.POST]
    kept = {name: getattr(address, name) for name in fields_of(address.role)}
    return {**kept, **{name: posted_text(request.POST, name) for name in given}}, given


PAGES: Pages = [("<int:pk>/address/<slug:role>/", "address", correct)]

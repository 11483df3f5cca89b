"""The form that corrects an address of an order that waits."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from backoffice.staff.base import actor
from backoffice.staff.text_fields import CodeField, LineField, PartField
from backoffice.text.translatable import gettext as _
from orders.admin.order_page.address_context import SENT, longest_allowed
from orders.admin.order_page.frame import Pages, fill_in, find_order
from orders.models import Address, AddressRole
from orders.services.editing.edits import correct_address
from orders.services.preflight.address_checks import split_street

FIELDS_SHOWN = (
    "company", "firstname", "lastname", "street", "care_of", "zip", "city", "district", "state_code", "country_code",
    "phone", "email",
)  # fmt: skip


class AddressForm(forms.ModelForm):
    """Our own columns' widths only: the vendor's limits stand beside the fields and are checked by the service."""

    class Meta:
        model = Address
        fields = FIELDS_SHOWN
        # A postcode of dashes is kept: some countries have none.
        field_classes = dict.fromkeys(FIELDS_SHOWN, PartField) | {"zip": LineField, "email": CodeField}

    def __init__(self, *arguments: Any, limits: dict[str, int], **named: Any) -> None:
        super().__init__(*arguments, **named)
        for name, limit in limits.items():
            if name in self.fields:
                self.fields[name].widget.attrs["data-limit"] = limit
                self.fields[name].help_text = _("at most %(limit)s characters") % {"limit": limit}


def correct(request: HttpRequest, pk: int, role: str) -> HttpResponse:
    """Show the form with limits and a suggestion; save what the pre-flight accepts."""
    order = find_order(request, pk)
    address = get_object_or_404(Address, order=order, role=role)
    vendors = order.lines.order_by().values_list("vendor", flat=True).distinct()
    limits = longest_allowed(vendors) if address.role in SENT else {}
    posted = request.POST if request.method == "POST" else None

    def do(values: dict[str, Any]) -> str:
        corrected = correct_address(order, role=AddressRole(role), values=values, actor=actor(request))
        return _("The address is corrected. The order is %s now.") % corrected.get_state_display()

    return fill_in(
        request,
        "orders/address.html",
        order,
        form=AddressForm(posted, instance=Address.objects.get(pk=address.pk), limits=limits),
        do=do,
        path=f"{address.field}.",
        title=_("Correct an address of %(number)s") % {"number": order.number},
        address=address,
        suggestion=_suggestion(address, limits.get("street")),
    )


def _suggestion(address: Address, limit: int | None) -> tuple[str, str] | None:
    """Return a street and care-of that would fit, where the street is too long."""
    if not limit or len(address.street) <= limit or address.care_of:
        return None
    return split_street(address.street, limit=limit)


PAGES: Pages = [("<int:pk>/address/<slug:role>/", "address", correct)]

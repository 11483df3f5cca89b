"""The form that corrects an address of an order that waits."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from backoffice.errors import DomainError, InvalidInput
from backoffice.staff.base import actor, refuse
from backoffice.staff.text_fields import CodeField, LineField, PartField
from backoffice.text.translatable import gettext as _
from orders.admin.order_page.address_context import SENT, longest_allowed
from orders.models import Address, AddressRole, Order
from orders.services.corrections import correct_address
from orders.services.preflight.address_checks import split_street

FIELDS_SHOWN = (
    "company", "firstname", "lastname", "street", "care_of", "zip", "city", "district", "state_code", "country_code",
    "phone", "email",
)  # fmt: skip


class AddressForm(forms.ModelForm):
    """Our own columns' widths only: the vendor's limits are told beside the fields and checked by the service."""

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

    def add_refusal(self, errors: dict[str, list[str]], *, path: str) -> None:
        """Put the service's complaints to their fields."""
        for place, texts in errors.items():
            name = place.removeprefix(f"{path}.")
            self.add_error(name if name in self.fields else None, texts)


def address_urls(view: Callable[..., Callable[..., HttpResponse]]) -> list[URLPattern]:
    return [path("<int:pk>/address/<slug:role>/", view(correct), name="orders_order_address")]


def correct(request: HttpRequest, pk: int, role: str) -> HttpResponse:
    """Show the form with limits and a suggestion; save what the pre-flight accepts."""
    if not request.user.has_perm("orders.change_order"):
        raise PermissionDenied
    order = get_object_or_404(Order.objects.select_related("shop"), pk=pk)
    address = get_object_or_404(Address, order=order, role=role)
    limits = _limits(order, address)
    back = reverse("admin:orders_order_change", args=[order.pk])
    given = request.POST if request.method == "POST" else None
    form = AddressForm(given, instance=Address.objects.get(pk=address.pk), limits=limits)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in FIELDS_SHOWN}
        try:
            order = correct_address(order, role=AddressRole(role), values=values, actor=actor(request))
        except InvalidInput as error:
            form.add_refusal(error.errors, path=AddressRole(role).field)
        except DomainError as error:
            return refuse(request, error, to=back)
        else:
            messages.success(request, _("The address is corrected. The order is %s now.") % order.get_state_display())
            return HttpResponseRedirect(back)
    return TemplateResponse(
        request, "orders/address.html", _context(request, order, address, form, limits) | {"back": back}
    )


def _limits(order: Order, address: Address) -> dict[str, int]:
    if address.role not in SENT:
        return {}
    return longest_allowed(order.lines.order_by().values_list("vendor", flat=True).distinct())


def _context(
    request: HttpRequest, order: Order, address: Address, form: AddressForm, limits: dict[str, int]
) -> dict[str, Any]:
    limit = limits.get("street")
    suggestion = None
    if limit and len(address.street) > limit and not address.care_of:
        suggestion = split_street(address.street, limit=limit)
    return {
        **admin.site.each_context(request),
        "title": _("Correct an address of %(number)s") % {"number": order.number},
        "order": order,
        "address": address,
        "form": form,
        "suggestion": suggestion,
    }

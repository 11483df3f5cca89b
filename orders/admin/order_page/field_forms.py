"""The fields that a hold is about, in its banner: filled in with what would fit, saved and released in one press."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse

from backoffice.text.translatable import gettext as _
from orders.admin.order_page.address_context import AddressContext, longest_allowed
from orders.admin.order_page.context import OrderPageContext
from orders.admin.order_page.correction import FIELDS_SHOWN
from orders.models import Address, AddressRole, Hold
from orders.services.lifecycle import goes_on_by_itself
from orders.services.preflight.address_proposals import propose_address


@dataclass(frozen=True)
class FormField:
    """A field to correct: `value` is the proposal where there is one, `given` what the order has."""

    name: str
    label: str
    value: str
    given: str
    limit: int | None
    errors: list[str]

    @property
    def is_proposed(self) -> bool:
        return self.value != self.given

    @property
    def is_too_long(self) -> bool:
        return self.limit is not None and len(self.given) > self.limit


@dataclass(frozen=True)
class FieldForm:
    """The fields of one address that something stands against; `button` says what a press does."""

    role: AddressRole
    title: str
    url: str
    fields: list[FormField]
    button: str
    revision: int


def field_forms(
    page: OrderPageContext, errors: Mapping[str, list[str]], *, hold: Hold | None = None
) -> list[FieldForm]:
    """Return a form for each address, still correctable, of which errors name a field that staff can fill in."""
    limits = longest_allowed(page.vendor_names)
    forms = [_form(page, shown, errors, limits=limits, hold=hold) for shown in page.addresses if shown.may_be_corrected]
    return [form for form in forms if form is not None]


def _form(
    page: OrderPageContext,
    shown: AddressContext,
    errors: Mapping[str, list[str]],
    *,
    limits: Mapping[str, int],
    hold: Hold | None,
) -> FieldForm | None:
    address = shown.address
    role = AddressRole(address.role)
    named = {
        path.removeprefix(f"{role.field}."): texts for path, texts in errors.items() if path.startswith(role.field)
    }
    named = {name: texts for name, texts in named.items() if name in FIELDS_SHOWN}
    if not named:
        return None
    too_long: dict[str, list[str]] = {field.name: [] for field in shown.too_long if field.name in FIELDS_SHOWN}
    named = too_long | named
    proposal = propose_address(address, limits=limits)
    names = [name for name in FIELDS_SHOWN if name in named or name in proposal]
    return FieldForm(
        role=role,
        title=str(role.label),
        url=reverse("admin:orders_order_address", args=[page.order.pk, role]),
        fields=list(_fields(address, names, named, proposal, limits)),
        button=_button(page, hold),
        revision=page.order.revision,
    )


def _fields(
    address: Address,
    names: Iterable[str],
    errors: Mapping[str, list[str]],
    proposal: Mapping[str, str],
    limits: Mapping[str, int],
) -> Iterable[FormField]:
    for name in names:
        given = getattr(address, name)
        label = str(getattr(Address._meta.get_field(name), "verbose_name", name))
        yield FormField(name, label, proposal.get(name, given), given, limits.get(name), errors.get(name, []))


def _button(page: OrderPageContext, hold: Hold | None) -> str:
    """Return what happens when it is saved: it depends on what else holds the order, and on its shop."""
    if hold is None or any(other.pk != hold.pk for other in page.active_holds):
        return _("Save the address")
    if page.vendor_orders:
        return _("Save and send again")
    return _("Save and release") if goes_on_by_itself(page.order) else _("Save and release the hold")

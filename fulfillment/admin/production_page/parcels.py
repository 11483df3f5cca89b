"""Reporting a parcel by hand and taking it back, from the page of a production order."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy

from backoffice.errors import DomainError, InvalidInput
from backoffice.staff.base import actor
from backoffice.staff.pages import act, find_or_404, get_visible_or_404
from backoffice.staff.text_fields import CodeField, ParagraphField
from backoffice.text.translatable import gettext as _
from fulfillment.admin.production_page.guard import desk_page, may_force, order_url, require_dispatch
from fulfillment.admin.production_page.steps import open_labels
from fulfillment.models import Carrier, Label, ProductionItem, ProductionOrder, ProductionShipment
from fulfillment.services.dispatching import add_parcel, withdraw_parcel
from fulfillment.services.parcel_rules import ParcelToMake, Sizes
from fulfillment.services.scanning import UNDO_SECONDS

WHOLE, PART = "whole", "part"


class ParcelForm(forms.Form):
    """A parcel as a person describes it. The rules are the service's; its errors come back to these fields."""

    contents = forms.ChoiceField(
        label=gettext_lazy("Contents"),
        choices=[(WHOLE, gettext_lazy("the whole order")), (PART, gettext_lazy("these quantities"))],
        widget=forms.RadioSelect,
    )
    carrier = forms.ChoiceField()  # see __init__
    tracking_code = CodeField(label=gettext_lazy("Tracking code"), max_length=200)
    height_cm = forms.DecimalField(label=gettext_lazy("Height (cm)"), required=False, max_digits=10, decimal_places=2)
    width_cm = forms.DecimalField(label=gettext_lazy("Width (cm)"), required=False, max_digits=10, decimal_places=2)
    depth_cm = forms.DecimalField(label=gettext_lazy("Depth (cm)"), required=False, max_digits=10, decimal_places=2)
    weight_g = forms.DecimalField(label=gettext_lazy("Weight (g)"), required=False, max_digits=12, decimal_places=2)
    code_is_confirmed = forms.BooleanField(label=gettext_lazy("Use it anyway"), required=False)
    force = forms.BooleanField(
        label=gettext_lazy("Report it even though the vendor would reject it (reshipment, own label)"), required=False
    )
    force_reason = ParagraphField(
        label=gettext_lazy("Reason for forcing"), required=False, max_length=1000, widget=forms.Textarea({"rows": 2})
    )

    SIZES = ("height_cm", "width_cm", "depth_cm", "weight_g")

    def __init__(self, order: ProductionOrder, *, with_force: bool, data: Any = None) -> None:
        items, labels = list(order.items.all()), open_labels(order)
        super().__init__(data, initial=_initial(items, labels))
        choices = [("", _("choose one")), *_carriers(labels)]
        self.fields["carrier"] = forms.ChoiceField(label=_("Carrier"), choices=choices)
        self.items = {f"quantity_{item.pk}": item for item in items}
        for name, item in self.items.items():
            self.fields[name] = forms.IntegerField(
                label=item.name or item.sku, required=False, min_value=0, initial=item.remaining
            )
        if not with_force:
            del self.fields["force"], self.fields["force_reason"]

    @property
    def quantity_fields(self) -> list[tuple[forms.BoundField, ProductionItem]]:
        return [(self[name], item) for name, item in self.items.items()]

    @property
    def size_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.SIZES]

    @property
    def requested(self) -> ParcelToMake:
        """The parcel as the service takes it; the form must be valid."""
        given = self.cleaned_data
        quantities = {item.pk: given[name] for name, item in self.items.items() if given[name]}
        return ParcelToMake(
            carrier=given["carrier"],
            tracking_code=given["tracking_code"],
            quantities=quantities if given["contents"] == PART else None,
            sizes=Sizes(**{name: given[name] for name in self.SIZES}),
            code_is_confirmed=given["code_is_confirmed"],
            force=given.get("force", False),
            force_reason=given.get("force_reason", ""),
        )

    def add_refusal(self, error: DomainError) -> None:
        """Show the refusal beside the fields that it is about."""
        errors = error.errors if isinstance(error, InvalidInput) else {"": [error.text]}
        for path, texts in errors.items():
            name = path.replace("quantities.", "quantity_")
            self.add_error(name if name in self.fields else None, texts)


def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the form of a parcel; on POST make it, to be reported after a time in which it can be taken back."""
    require_dispatch(request)
    order, forced = find_or_404(ProductionOrder, pk), may_force(request)
    form = ParcelForm(order, with_force=forced, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            parcel = add_parcel(
                order, form.requested, actor=actor(request), may_force=forced, undo_seconds=UNDO_SECONDS
            )
        except DomainError as error:
            form.add_refusal(error)
        else:
            text = _(
                "Parcel %(code)s is created. It is sent to the vendor in %(seconds)d seconds; until then it can be "
                "undone."
            )
            messages.success(request, text % {"code": parcel.tracking_code, "seconds": UNDO_SECONDS})
            return HttpResponseRedirect(order_url(order, "parcels"))
    return desk_page(
        request,
        "fulfillment/add_parcel.html",
        title=_("Report a parcel"),
        order=order,
        form=form,
        labels=open_labels(order),
        back=order_url(order, "parcels"),
    )


def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a parcel back before the vendor hears of it."""
    require_dispatch(request)
    parcel = get_visible_or_404(ProductionShipment.objects.select_related("production_order"), pk=pk)

    def undo() -> str:
        withdraw_parcel(parcel, actor=actor(request))
        return _("Parcel %(code)s is withdrawn. Nothing is sent to the vendor.") % {"code": parcel.tracking_code}

    return act(request, undo, to=order_url(parcel.production_order, "parcels"))


def _carriers(labels: list[Label]) -> list[tuple[str, str]]:
    """Return keys and names of the carriers to choose from: those offered, and those that labels name."""
    named = {label.carrier for label in labels if label.carrier}
    rows = Carrier.objects.filter(Q(available=True) | Q(key__in=named)).order_by("name").values_list("key", "name")
    listed = dict(rows)
    return [*listed.items(), *((key, key.upper()) for key in sorted(named - listed.keys()))]


def _initial(items: list[ProductionItem], labels: list[Label]) -> dict[str, str]:
    """Return what is most likely meant: the next label's carrier and code; the rest where parts have left already."""
    label = next(iter(labels), None)
    return {
        "contents": PART if any(item.shipped for item in items) else WHOLE,
        "carrier": label.carrier if label else "",
        "tracking_code": label.tracking_code if label else "",
    }

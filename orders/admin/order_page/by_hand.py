"""Forms that record what a vendor without reports says: how far its part is, what it made of a cancellation."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from backoffice.staff.base import actor
from backoffice.staff.pages import act, get_visible_or_404
from backoffice.staff.text_fields import CodeField, LinkField, ParagraphField
from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import vendor_title
from orders.admin.order_page.frame import Pages, fill_in, order_url, render, require
from orders.models import VendorOrder
from orders.services.reports.manual import (
    LONGEST,
    ParcelInput,
    Progress,
    awaits_confirmation,
    can_record_progress,
    conclude_cancellation,
    record_progress,
)

LONGEST_NOTE = 1000


class ProgressForm(forms.Form):
    """How far it is, and the parcel where there is one."""

    progress = forms.ChoiceField(
        label=gettext_lazy("Current status"),
        choices=[
            (Progress.IN_PRODUCTION.value, gettext_lazy("in production")),
            (Progress.SHIPPED.value, gettext_lazy("shipped")),
            (Progress.DELIVERED.value, gettext_lazy("delivered")),
        ],
    )
    carrier = CodeField(label=gettext_lazy("Carrier"), required=False, max_length=LONGEST["carrier"])
    tracking_code = CodeField(label=gettext_lazy("Tracking code"), required=False, max_length=LONGEST["tracking_code"])
    tracking_url = LinkField(label=gettext_lazy("Tracking link"), required=False, max_length=LONGEST["tracking_url"])


class WordForm(forms.Form):
    """What the vendor said."""

    note = ParagraphField(
        label=gettext_lazy("Answer, and from whom"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea({"rows": 3, "autofocus": True}),
    )


def progress(request: HttpRequest, pk: int, part_pk: int) -> HttpResponse:
    """Ask how far it is; then record it."""
    row = _part(request, pk, part_pk)
    order, names = row.order, {"reference": row.reference, "vendor": vendor_title(row.vendor)}

    def do(values: dict[str, Any]) -> str:
        parcel = ParcelInput(**{name: value for name, value in values.items() if name != "progress"})
        record_progress(row, progress=Progress(values["progress"]), actor=actor(request), parcel=parcel)
        return _("Recorded.")

    return fill_in(
        request,
        "orders/progress.html",
        order,
        form=ProgressForm(request.POST if request.method == "POST" else None),
        do=do,
        title=_("What is the status of %(reference)s at %(vendor)s?") % names,
        row=row,
        refusal=can_record_progress(order, row).reason,
    )


def word(request: HttpRequest, pk: int, part_pk: int) -> HttpResponse:
    """Ask how the vendor answered the cancellation; then the order is cancelled, or goes on."""
    row = _part(request, pk, part_pk)
    order, names = row.order, {"reference": row.reference, "vendor": vendor_title(row.vendor)}
    form = WordForm(request.POST if request.method == "POST" else None)
    choice = request.POST.get("cancelled", "")
    if request.method == "POST" and form.is_valid() and choice in ("yes", "no"):

        def do() -> str:
            note = form.cleaned_data["note"]
            conclude_cancellation(row, cancelled=choice == "yes", actor=actor(request), note=note)
            return _("Recorded.")

        return act(request, do, to=order_url(pk))
    title = _("How did %(vendor)s respond to the cancellation of %(reference)s?") % names
    refusal = "" if awaits_confirmation(order, row) else _("No cancellation is waiting for the vendor's answer.")
    return render(request, "orders/word.html", order, title=title, row=row, form=form, refusal=refusal)


def _part(request: HttpRequest, pk: int, part_pk: int) -> VendorOrder:
    require(request, "change_order")
    return get_visible_or_404(VendorOrder.objects.select_related("order__shop"), pk=part_pk, order=pk)


PAGES: Pages = [
    ("<int:pk>/parts/<int:part_pk>/progress/", "progress", progress),
    ("<int:pk>/parts/<int:part_pk>/word/", "word", word),
]

"""Recording by hand what a vendor that reports nothing says: how far its part is, what it made of a cancellation."""

from collections.abc import Callable

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy

from backoffice.errors import DomainError, InvalidInput
from backoffice.staff.base import actor, refuse
from backoffice.staff.text_fields import CodeField, LinkField, ParagraphField
from backoffice.text.translatable import gettext as _
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
        label=gettext_lazy("It is"),
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
        label=gettext_lazy("Who said what"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea({"rows": 3, "autofocus": True}),
    )


def by_hand_urls(view: Callable[..., Callable[..., HttpResponse]]) -> list[URLPattern]:
    """The addresses below one part of an order, each wrapped by `view` (the admin's own guard)."""
    return [
        path("<int:pk>/parts/<int:part_pk>/progress/", view(progress), name="orders_order_progress"),
        path("<int:pk>/parts/<int:part_pk>/word/", view(word), name="orders_order_word"),
    ]


def progress(request: HttpRequest, pk: int, part_pk: int) -> HttpResponse:
    """Ask how far it is; then record it."""
    row = _part(request, pk, part_pk)
    form = ProgressForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        reached = Progress(values.pop("progress"))
        try:
            record_progress(row, progress=reached, actor=actor(request), parcel=ParcelInput(**values))
        except InvalidInput as error:
            for name, texts in error.errors.items():
                form.add_error(name, texts)
        except DomainError as error:
            return refuse(request, error, to=_page(pk))
        else:
            messages.success(request, _("Recorded."))
            return HttpResponseRedirect(_page(pk))
    title = _("How far is %(reference)s at %(vendor)s?") % {"reference": row.reference, "vendor": row.vendor}
    context = {"form": form, "refusal": can_record_progress(row.order, row).reason}
    return _render(request, "orders/progress.html", row, title=title, **context)


def word(request: HttpRequest, pk: int, part_pk: int) -> HttpResponse:
    """Ask what the vendor said to the cancellation; then the order is cancelled, or goes on."""
    row = _part(request, pk, part_pk)
    form = WordForm(request.POST if request.method == "POST" else None)
    choice = request.POST.get("cancelled", "")
    if request.method == "POST" and form.is_valid() and choice in ("yes", "no"):
        try:
            note = form.cleaned_data["note"]
            conclude_cancellation(row, cancelled=choice == "yes", actor=actor(request), note=note)
        except DomainError as error:
            return refuse(request, error, to=_page(pk))
        messages.success(request, _("Recorded."))
        return HttpResponseRedirect(_page(pk))
    title = _("What did %(vendor)s say to the cancellation of %(reference)s?")
    title = title % {"reference": row.reference, "vendor": row.vendor}
    refusal = "" if awaits_confirmation(row.order, row) else _("No cancellation waits for word from the vendor.")
    return _render(request, "orders/word.html", row, title=title, form=form, refusal=refusal)


def _part(request: HttpRequest, pk: int, part_pk: int) -> VendorOrder:
    if not request.user.has_perm("orders.change_order"):
        raise PermissionDenied
    return get_object_or_404(VendorOrder.objects.select_related("order__shop"), pk=part_pk, order=pk)


def _render(request: HttpRequest, template: str, row: VendorOrder, **context: object) -> HttpResponse:
    frame = admin.site.each_context(request)
    own = {"row": row, "order": row.order, "back": _page(row.order_id)}
    return TemplateResponse(request, template, {**frame, **own, **context})


def _page(pk: int) -> str:
    return reverse("admin:orders_order_change", args=[pk])

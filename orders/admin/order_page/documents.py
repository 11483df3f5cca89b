"""Designs, files, slips and labels of one order: pictures to look at, and forms that exchange or supply them."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy

from backoffice.engine.services.files import too_large_text
from backoffice.errors import DomainError, InvalidInput
from backoffice.files.types import PDF, PNG, content_type_of
from backoffice.staff.base import actor
from backoffice.staff.text_fields import CodeField
from backoffice.text.translatable import gettext as _
from backoffice.web.file_answers import file_response
from fulfillment.models import Carrier
from orders.models import Order, OrderLine, VendorOrder
from orders.models.line import LineKind
from orders.services.designs.editor import read_line_preview
from orders.services.designs.pictures import NoPicture, draw_thumbnail
from orders.services.file_review import exchange_file
from orders.services.files.generic_labels import supply_label
from orders.services.files.store import MAX_FILE_BYTES, store_file

PICTURE_SECONDS = 600


class PdfForm(forms.Form):
    """A PDF to be kept."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("PDF, at most 100 MB"),
        widget=forms.ClearableFileInput({"accept": PDF}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_FILE_BYTES:
            raise forms.ValidationError(too_large_text(MAX_FILE_BYTES))
        return file

    def add_refusal(self, error: InvalidInput) -> None:
        """Put a service's complaints to their fields."""
        for name, texts in error.errors.items():
            self.add_error(name if name in self.fields else None, texts)
        if not error.errors:
            self.add_error(None, error.text)


class LabelForm(PdfForm):
    """A label with what its carrier calls it."""

    carrier = forms.ModelChoiceField(Carrier.objects.filter(available=True), label=gettext_lazy("Carrier"))
    tracking_code = CodeField(label=gettext_lazy("Tracking code"), max_length=200)


def document_urls(view: Callable[..., Callable[..., HttpResponseBase]]) -> list[URLPattern]:
    """The addresses below one order, each wrapped by `view` (the admin's own guard)."""
    return [
        path("<int:pk>/designs/<int:line_pk>/picture/", view(picture), name="orders_order_picture"),
        path("<int:pk>/designs/<int:line_pk>/", view(preview), name="orders_order_design"),
        path("<int:pk>/slip/", view(slip), name="orders_order_slip"),
        path("<int:pk>/files/<int:line_pk>/<int:index>/", view(exchange), name="orders_order_file"),
        path("<int:pk>/labels/<int:part_pk>/", view(label), name="orders_order_label"),
    ]


def picture(request: HttpRequest, pk: int, line_pk: int) -> HttpResponseBase:
    """The design of a line as a small picture, at most ten minutes old. 404 when there is none to be had."""
    line = _design_line(request, pk, line_pk)
    key = f"orders.design_picture.{line.pk}"
    drawn = cache.get(key)
    if drawn is None:
        drawn = _draw(line)
        cache.set(key, drawn, PICTURE_SECONDS)
    if not drawn:
        raise Http404
    return file_response(drawn, content_type=PNG, name=f"design-{line.pk}", seconds=PICTURE_SECONDS)


def _draw(line: OrderLine) -> bytes:
    """Empty when its vendor does not answer or nothing can be drawn: the page must not ask again at once."""
    try:
        return draw_thumbnail(read_line_preview(line).content)
    except (DomainError, NoPicture):
        return b""


def preview(request: HttpRequest, pk: int, line_pk: int) -> HttpResponseBase:
    """The design of a line as its vendor has it now."""
    line = _design_line(request, pk, line_pk)
    try:
        content = read_line_preview(line).content
    except DomainError as error:
        messages.error(request, error.text)
        return HttpResponseRedirect(_page(line.order))
    return file_response(content, content_type=content_type_of(content), name=f"design-{line.design_id}")


def slip(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The delivery slip of all of the order."""
    _require(request, "orders.view_order")
    order = get_object_or_404(Order.objects.select_related("shop"), pk=pk)
    from orders.services.files.slips import render_order_slip  # heavy to load, and most processes never draw

    return file_response(render_order_slip(order), content_type=PDF, name=order.number)


def exchange(request: HttpRequest, pk: int, line_pk: int, index: int) -> HttpResponse:
    """Another file in that place of a line."""
    order = _changing(request, pk)
    line = get_object_or_404(OrderLine, pk=line_pk, order=order)
    title = _("Exchange a print file of %(number)s") % {"number": order.number}

    def act(form: forms.Form) -> str:
        file, _new = store_file(
            form.cleaned_data["file"].chunks(), shop=order.shop, name=form.cleaned_data["file"].name
        )
        exchange_file(line, index=index, file=file, actor=actor(request))
        return _("The file is exchanged. It is looked at when the order goes.")

    return _filled_in(request, order, PdfForm, act, title=title, button=_("Exchange the file"), about=str(line))


def label(request: HttpRequest, pk: int, part_pk: int) -> HttpResponse:
    """The label of one vendor order."""
    order = _changing(request, pk)
    part = get_object_or_404(VendorOrder, pk=part_pk, order=order)
    title = _("Supply the label of %(reference)s") % {"reference": part.reference}

    def act(form: forms.Form) -> str:
        given = form.cleaned_data
        file, _new = store_file(given["file"].chunks(), shop=order.shop, name=given["file"].name)
        supply_label(
            part, file=file, carrier=given["carrier"].key, tracking_code=given["tracking_code"], actor=actor(request)
        )
        return _("The label is supplied.")

    return _filled_in(request, order, LabelForm, act, title=title, button=_("Supply the label"), about=part.reference)


def _filled_in(
    request: HttpRequest,
    order: Order,
    form_class: type[PdfForm],
    act: Callable[[forms.Form], str],
    *,
    title: str,
    button: str,
    about: str,
) -> HttpResponse:
    """The form; on its POST the act, whose refusals by field come out at the fields."""
    form = form_class(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, act(form))
            return HttpResponseRedirect(_page(order))
        except InvalidInput as error:
            form.add_refusal(error)
        except DomainError as error:
            messages.error(request, error.text)
            return HttpResponseRedirect(_page(order))
    context = {"title": title, "order": order, "form": form, "button": button, "about": about, "back": _page(order)}
    return TemplateResponse(request, "orders/document.html", {**admin.site.each_context(request), **context})


def _design_line(request: HttpRequest, pk: int, line_pk: int) -> OrderLine:
    _require(request, "orders.view_order")
    lines = OrderLine.objects.select_related("order").exclude(design_id="")
    return get_object_or_404(lines, pk=line_pk, order=pk, kind=LineKind.DESIGN)


def _changing(request: HttpRequest, pk: int) -> Order:
    _require(request, "orders.change_order")
    return get_object_or_404(Order.objects.select_related("shop"), pk=pk)


def _require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _page(order: Order) -> str:
    return reverse("admin:orders_order_change", args=[order.pk])

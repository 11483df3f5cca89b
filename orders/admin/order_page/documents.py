"""Designs, files, slips and labels of one order: pictures to look at, and forms that exchange or supply them."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.cache import caches
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy

from backoffice.engine.services.files import too_large_text
from backoffice.errors import DomainError
from backoffice.files.types import PDF, PNG, content_type_of
from backoffice.sight import PERSONAL_DATA, require_sight
from backoffice.staff.base import actor, refuse
from backoffice.staff.pages import get_visible_or_404
from backoffice.staff.text_fields import CodeField
from backoffice.text.translatable import gettext as _
from backoffice.web.file_answers import file_response
from fulfillment.models import Carrier
from orders.admin.order_page.frame import Pages, fill_in, find_order, order_url, require
from orders.models import Order, OrderLine, ShopFile, VendorOrder
from orders.models.line import LineKind
from orders.services.designs.editor import read_line_preview
from orders.services.designs.pictures import PICTURE_CACHE, NoPicture, draw_thumbnail
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


class LabelForm(PdfForm):
    """A label with what its carrier calls it."""

    carrier = forms.ModelChoiceField(Carrier.objects.filter(available=True), label=gettext_lazy("Carrier"))
    tracking_code = CodeField(label=gettext_lazy("Tracking code"), max_length=200)


def picture(request: HttpRequest, pk: int, line_pk: int) -> HttpResponseBase:
    """Show the design of a line as a small picture, at most ten minutes old. 404 when there is none to be had."""
    line = _design_line(request, pk, line_pk)
    key = f"orders.design_picture.{line.pk}"
    drawn = caches[PICTURE_CACHE].get(key)
    if drawn is None:
        drawn = _draw(line)
        caches[PICTURE_CACHE].set(key, drawn, PICTURE_SECONDS)
    if not drawn:
        raise Http404
    return file_response(drawn, content_type=PNG, name=f"design-{line.pk}", seconds=PICTURE_SECONDS)


def _draw(line: OrderLine) -> bytes:
    """Return b"" when its vendor does not answer or nothing can be drawn: the page must not ask again at once."""
    try:
        return draw_thumbnail(read_line_preview(line).content)
    except (DomainError, NoPicture):
        return b""


def preview(request: HttpRequest, pk: int, line_pk: int) -> HttpResponseBase:
    """Show the design of a line as its vendor has it now."""
    line = _design_line(request, pk, line_pk)
    try:
        content = read_line_preview(line).content
    except DomainError as error:
        return refuse(request, error, to=order_url(pk))
    return file_response(content, content_type=content_type_of(content), name=f"design-{line.design_id}")


def slip(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show the delivery slip of all of the order."""
    require_sight(PERSONAL_DATA)
    order = find_order(request, pk, permission="view_order")
    from orders.services.files.slips import render_order_slip  # heavy to load, and most processes never draw

    return file_response(render_order_slip(order), content_type=PDF, name=order.number)


def exchange(request: HttpRequest, pk: int, line_pk: int, index: int) -> HttpResponse:
    """Take another file in that place of a line."""
    order = find_order(request, pk)
    line = get_visible_or_404(OrderLine, pk=line_pk, order=order)
    title = _("Replace a print file of %(number)s") % {"number": order.number}

    def do(values: dict[str, Any]) -> str:
        exchange_file(line, index=index, file=_stored(values["file"], order), actor=actor(request))
        return _("The file is replaced. It is checked when the order is sent.")

    return _ask(request, order, PdfForm, do, title=title, button=_("Replace the file"), about=str(line))


def label(request: HttpRequest, pk: int, part_pk: int) -> HttpResponse:
    """Take the label of one vendor order."""
    order = find_order(request, pk)
    part = get_visible_or_404(VendorOrder, pk=part_pk, order=order)
    title = _("Supply the label of %(reference)s") % {"reference": part.reference}

    def do(values: dict[str, Any]) -> str:
        file, carrier = _stored(values["file"], order), values["carrier"].key
        supply_label(part, file=file, carrier=carrier, tracking_code=values["tracking_code"], actor=actor(request))
        return _("The label is supplied.")

    return _ask(request, order, LabelForm, do, title=title, button=_("Supply the label"), about=part.reference)


def _stored(upload: UploadedFile, order: Order) -> ShopFile:
    file, _is_new = store_file(upload.chunks(), shop=order.shop, name=upload.name or "")
    return file


def _ask(
    request: HttpRequest, order: Order, form_class: type[PdfForm], do: Callable[[dict[str, Any]], str], **texts: str
) -> HttpResponse:
    form = form_class(request.POST or None, request.FILES or None)
    return fill_in(request, "orders/document.html", order, form=form, do=do, **texts)


def _design_line(request: HttpRequest, pk: int, line_pk: int) -> OrderLine:
    require(request, "view_order")
    lines = OrderLine.objects.select_related("order").exclude(design_id="")
    return get_visible_or_404(lines, pk=line_pk, order=pk, kind=LineKind.DESIGN)


PAGES: Pages = [
    ("<int:pk>/designs/<int:line_pk>/picture/", "picture", picture),
    ("<int:pk>/designs/<int:line_pk>/", "design", preview),
    ("<int:pk>/slip/", "slip", slip),
    ("<int:pk>/files/<int:line_pk>/<int:index>/", "file", exchange),
    ("<int:pk>/labels/<int:part_pk>/", "label", label),
]

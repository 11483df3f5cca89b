"""Our copies of files and labels, for staff who may see them; and files that are to be downloaded after all."""

from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.text import slugify
from django.views.decorators.http import require_GET

from backoffice.engine.services.files import open_file
from backoffice.staff.marks import came_from
from backoffice.staff.pages import act, get_visible_or_404
from backoffice.text.translatable import gettext as _
from backoffice.web.file_answers import file_response
from fulfillment.admin.production_page.guard import order_url, require_dispatch
from fulfillment.models import Label, LabelResponse, ProductionFile
from fulfillment.services.downloads import try_file_again


@require_GET
@staff_member_required
@permission_required("fulfillment.view_documents", raise_exception=True)
def serve_document(request: HttpRequest, kind: str, pk: int) -> HttpResponseBase:
    """Return a "file" or "label" by its id from our disk; with `?save` it is saved instead of shown.

    An "answer", what came instead of a label that can be printed, is saved in any case.
    """
    row, name = _find(kind, pk)
    try:
        content = open_file(row)
    except FileNotFoundError as error:
        raise Http404 from error
    save = kind == "answer" or "save" in request.GET
    return file_response(content, content_type=row.content_type, name=slugify(name)[:100], save=save)


def try_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a file downloaded now, as from the page of its order or from the inbox."""
    require_dispatch(request)
    file = get_visible_or_404(ProductionFile.objects.select_related("production_order"), pk=pk)

    def start() -> str:
        try_file_again(file)
        return _("The file is being downloaded.")

    return act(request, start, to=came_from(request) or order_url(file.production_order, "items"))


def _find(kind: str, pk: int) -> tuple[ProductionFile | Label | LabelResponse, str]:
    """Return the row, and what it is saved as. Raises Http404."""
    if kind == "file":
        file = get_visible_or_404(ProductionFile.objects.select_related("production_order"), pk=pk)
        return file, f"{file.production_order.vendor_id}-{file.kind}-{file.raw_kind}-{pk}"
    if kind == "label":
        label = get_visible_or_404(Label.objects.select_related("production_order"), pk=pk)
        return label, f"{label.production_order.vendor_id}-label-{label.tracking_code}-{pk}"
    if kind == "answer":
        answer = get_visible_or_404(LabelResponse.objects.select_related("label__production_order"), label=pk)
        label = answer.label
        return answer, f"{label.production_order.vendor_id}-label-{label.tracking_code}-as-it-came"
    raise Http404

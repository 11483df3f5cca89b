"""Serves our copies of files and labels to staff who may see them."""

from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth.decorators import permission_required
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from fulfillment.models import Label, LabelAnswer, ProductionFile
from fulfillment.services.documents import open_answer, open_document
from fulfillment.services.file_store import PDF


@require_GET
@staff_member_required
@permission_required("fulfillment.view_documents", raise_exception=True)
def serve_document(request: HttpRequest, kind: str, pk: int) -> FileResponse:
    """A "file" or "label" by its id, from our disk; with `?save` it is saved instead of shown. An "answer", what came
    instead of a label that can be printed, is saved in any case.
    """
    try:
        document = open_answer(_find_answer(pk)) if kind == "answer" else open_document(_find(kind, pk))
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        document.file,
        as_attachment=kind == "answer" or "save" in request.GET,
        filename=document.name,
        content_type=document.content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    # A file from outside may hold scripts; it gets none of our rights. Browsers show no PDF in a sandbox, and what is
    # served as PDF has been checked to be one.
    if document.content_type != PDF:
        response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'"
    response["Cache-Control"] = "private, max-age=3600"
    return response


def _find_answer(label_id: int) -> LabelAnswer:
    return get_object_or_404(LabelAnswer.objects.select_related("label__production_order"), label=label_id)


def _find(kind: str, pk: int) -> ProductionFile | Label:
    if kind == "file":
        return get_object_or_404(ProductionFile.objects.select_related("production_order"), pk=pk)
    if kind == "label":
        return get_object_or_404(Label.objects.select_related("production_order"), pk=pk)
    raise Http404

"""Serves our copies of files and labels to staff who may see them."""

from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth.decorators import permission_required
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from fulfillment.models import Label, ProductionFile
from fulfillment.services.documents import open_document

_MODELS = {"file": ProductionFile, "label": Label}


@require_GET
@staff_member_required
@permission_required("fulfillment.view_documents", raise_exception=True)
def serve_document(request: HttpRequest, kind: str, pk: int) -> FileResponse:
    """A "file" or "label" by its id, from our disk; with `?save` it is saved instead of shown."""
    if kind not in _MODELS:
        raise Http404
    row = get_object_or_404(_MODELS[kind].objects.select_related("production_order"), pk=pk)
    try:
        document = open_document(row)
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        document.file,
        as_attachment="save" in request.GET,
        filename=document.name,
        content_type=document.content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    # A file from outside may hold scripts; it gets none of our rights.
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'"
    response["Cache-Control"] = "private, max-age=3600"
    return response

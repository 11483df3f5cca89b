"""Files over REST: given to us by shops, served to whoever has a signed link."""

from datetime import datetime
from typing import Any, ClassVar

import msgspec
from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.accounts.models.shop import Scope
from backoffice.api.parsers import TooLarge
from backoffice.api.schema import describe_problems
from backoffice.api.validation import MalformedInput, NoQuery, read_query
from backoffice.api.views import ApiView
from backoffice.engine.services.disk import room_for
from backoffice.engine.services.files import FileTooLarge, open_file, too_large_text
from backoffice.files.types import PDF
from backoffice.text.cleaning import clean_line
from backoffice.text.translatable import gettext as _
from backoffice.web.file_answers import file_response
from orders.api.binary import BareBody, FormWithFile, PdfBody, read_chunks
from orders.models import ShopFile, VendorOrder
from orders.services.files import store
from orders.services.files.signed_links import Linked, LinkEnded, read_link

# What a form has around its file: boundaries, names.
FORM_OVERHEAD = 64 * 1024


class ShopFileResponse(msgspec.Struct):
    """A file that we keep. Name `id` as `file_id` in order lines. `size` is in bytes, `sha256` in hexadecimal."""

    id: str
    name: str
    size: int
    sha256: str
    stored_at: datetime | None


class FilesView(ApiView):
    """New files."""

    required_scopes: ClassVar = {"POST": Scope.ORDERS_WRITE}
    parser_classes = (PdfBody, BareBody, FormWithFile)

    @extend_schema(
        operation_id="upload_file",
        summary="Give us a print file",
        description="A PDF of at most 100 MB: as the body, or as the part `file` of a form. The same content again "
        "answers with the same file.",
        tags=["files"],
        request={
            "application/pdf": OpenApiTypes.BINARY,
            "application/octet-stream": OpenApiTypes.BINARY,
            "multipart/form-data": {
                "type": "object",
                "properties": {"file": {"type": "string", "format": "binary"}},
                "required": ["file"],
            },
        },
        responses={200: ShopFileResponse, 201: ShopFileResponse, **describe_problems(413, 415, 422, 503, 507)},
    )
    def post(self, request: Request) -> Response:
        read_query(request.GET, NoQuery)
        _ensure_size(request)
        with room_for(store.MAX_FILE_BYTES):  # a form is spooled to the disk, too
            file = _file_of(request)
        try:
            if isinstance(file, UploadedFile):
                kept, is_new = store.store_file(file.chunks(), shop=self.shop, name=clean_line(file.name or ""))
            else:
                kept, is_new = store.store_file(read_chunks(file), shop=self.shop)
        except FileTooLarge as error:
            raise TooLarge(error.text) from error
        return Response(file_answer(kept), status=201 if is_new else 200)


def file_answer(kept: ShopFile) -> ShopFileResponse:
    """Return the file as shops see it, however it came."""
    return ShopFileResponse(kept.public_id, kept.name, kept.size or 0, kept.sha256, kept.stored_at)


def announced_bytes(request: Request) -> int:
    """Return how long the body says it is; no more can be read of it."""
    announced = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(announced) if announced.isdigit() else 0


def _ensure_size(request: Request) -> None:
    """Raise TooLarge before a byte is read."""
    if announced_bytes(request) > store.MAX_FILE_BYTES + FORM_OVERHEAD:
        raise TooLarge(too_large_text(store.MAX_FILE_BYTES))


def _file_of(request: Request) -> Any:
    """Return the file of the form, or the body itself. Raise MalformedInput."""
    body = request.data
    if hasattr(body, "read"):
        return body
    sent = request.FILES.getlist("file")
    if len(sent) != 1 or len(request.FILES) != 1 or len(body) != 1:
        text = _("The form must have exactly one part: the file, named `file`.")
        raise MalformedInput(text, errors={"file": [text]})
    return sent[0]


@require_safe
def serve_file(request: HttpRequest, token: str) -> HttpResponseBase:
    """Serve the PDF that a link of ours names. 404 for what we did not sign, 410 when its days are over."""
    try:
        row = ShopFile.objects.get(public_id=read_link(Linked.FILE, token))
        content = open_file(row)
    except LinkEnded:
        return _gone()
    except (signing.BadSignature, ShopFile.DoesNotExist, FileNotFoundError):
        return _nothing()
    return file_response(content, content_type=PDF, name=row.public_id)


@require_safe
def serve_slip(request: HttpRequest, token: str) -> HttpResponseBase:
    """Serve the delivery slip of a vendor order. 404 for what we did not sign, 410 when its days are over."""
    try:
        row = VendorOrder.objects.get(pk=read_link(Linked.SLIP, token))
    except LinkEnded:
        return _gone()
    except (signing.BadSignature, VendorOrder.DoesNotExist):
        return _nothing()
    from orders.services.files.slips import render_slip  # heavy to load, and most processes never draw

    return file_response(render_slip(row), content_type=PDF, name=row.reference)


def _nothing() -> HttpResponseBase:
    return JsonResponse({"message": "Not found."}, status=404)


def _gone() -> HttpResponseBase:
    return JsonResponse({"message": f"This link ended after {settings.FILE_LINK_DAYS:g} days."}, status=410)

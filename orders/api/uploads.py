"""Print files in parts, for those too large for one request: begun, sent part by part, completed."""

from collections.abc import Iterator
from datetime import datetime
from typing import IO, ClassVar, cast

import msgspec
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.accounts.models.shop import Scope
from backoffice.api.parsers import TooLarge
from backoffice.api.schema import LOCATION, describe_problems
from backoffice.api.validation import NoQuery, read_query, read_struct
from backoffice.api.views import ApiView
from backoffice.engine.services.files import FileTooLarge
from backoffice.text.translatable import gettext as _
from orders.api.binary import BareBody, PdfBody, read_chunks
from orders.api.files import ShopFileResponse, announced_bytes, file_answer
from orders.models import PartUpload, UploadedPart
from orders.services.files.uploads import (
    MAX_UPLOAD_BYTES,
    MB,
    PART_BYTES,
    NewUpload,
    begin_upload,
    complete_upload,
    discard_upload,
    expiry_of,
    missing_parts,
    store_part,
)

_FILES: list[str] = ["files"]
_NUMBER = OpenApiParameter(
    name="number",
    location=OpenApiParameter.PATH,
    type={"type": "integer", "minimum": 1, "maximum": MAX_UPLOAD_BYTES, "examples": [1]},
    description="From 1 to `part_count`.",
)


class UploadedPartResponse(msgspec.Struct):
    """A part that is there. Compare `sha256` with yours to know whether it came whole."""

    number: int
    size: int
    sha256: str


class UploadResponse(msgspec.Struct):
    """An upload. All parts but the last have `part_size` bytes; `missing` are the numbers of those still to be sent.
    `file` is there once it is complete; until then it is cleared away at `expires_at` unless another part comes.
    """

    id: str
    name: str
    size: int
    sha256: str
    part_size: int
    part_count: int
    parts: list[UploadedPartResponse]
    missing: list[int]
    file: ShopFileResponse | None
    expires_at: datetime


class UploadsView(ApiView):
    """New uploads."""

    required_scopes: ClassVar = {"POST": Scope.ORDERS_WRITE}

    @extend_schema(
        operation_id="begin_upload",
        summary="Begin the upload of a large print file",
        description=f"A PDF of at most {MAX_UPLOAD_BYTES // MB} MB, announced with its size and digest. Send its parts "
        f"of `part_size` bytes ({PART_BYTES // MB} MB) in any order, several at once if you like, then complete it. "
        "What broke off is sent again: ask which parts are there.",
        tags=_FILES,
        parameters=[LOCATION],
        request=NewUpload,
        responses={201: UploadResponse, **describe_problems(409, 413, 415, 422, 507)},
    )
    def post(self, request: Request) -> Response:
        read_query(request.GET, NoQuery)
        upload = begin_upload(read_struct(request.data, NewUpload), shop=self.shop)
        return Response(_answer(upload), status=201, headers={"Location": f"{request.path}{upload.public_id}/"})


class OneUpload(ApiView):
    """A view of one upload of the shop."""

    def find_upload(self, public_id: str) -> PartUpload:
        """Return the upload. Raise NotFound, also for other shops' uploads."""
        rows = PartUpload.objects.filter(shop=self.shop).select_related("shop", "file")
        upload = rows.filter(public_id=public_id).first()
        if upload is None:
            raise NotFound(_("Upload not found in this shop, or it has expired."))
        return upload


class UploadDetail(OneUpload):
    """How far an upload is."""

    required_scopes: ClassVar = {"GET": Scope.ORDERS_WRITE, "DELETE": Scope.ORDERS_WRITE}

    @extend_schema(
        operation_id="get_upload",
        summary="Which parts of an upload are there",
        tags=_FILES,
        responses={200: UploadResponse, **describe_problems()},
    )
    def get(self, request: Request, public_id: str) -> Response:
        read_query(request.GET, NoQuery)
        return Response(_answer(self.find_upload(public_id)))

    @extend_schema(
        operation_id="discard_upload",
        summary="Give an upload up",
        description="With its parts: one announced by mistake is none of those that a shop may have open. 409 once it "
        "is complete.",
        tags=_FILES,
        responses={204: None, **describe_problems(409)},
    )
    def delete(self, request: Request, public_id: str) -> Response:
        read_query(request.GET, NoQuery)
        discard_upload(self.find_upload(public_id))
        return Response(status=204)


class UploadPart(OneUpload):
    """A part of an upload."""

    required_scopes: ClassVar = {"PUT": Scope.ORDERS_WRITE}
    parser_classes = (BareBody, PdfBody)

    @extend_schema(
        operation_id="upload_part",
        summary="Send a part",
        description="The bytes are the body. The same part again takes the place of the one before.",
        tags=_FILES,
        parameters=[_NUMBER],
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses={200: UploadedPartResponse, **describe_problems(409, 413, 415, 422, 507)},
    )
    def put(self, request: Request, public_id: str, number: int) -> Response:
        read_query(request.GET, NoQuery)
        upload = self.find_upload(public_id)
        if announced_bytes(request) > upload.part_size:
            raise _too_large(upload)
        try:
            part = store_part(upload, number, _chunks_of(request))
        except FileTooLarge as error:
            raise _too_large(upload) from error
        return Response(_part(part))


class UploadCompletion(OneUpload):
    """The end of an upload."""

    required_scopes: ClassVar = {"POST": Scope.ORDERS_WRITE}

    @extend_schema(
        operation_id="complete_upload",
        summary="Complete an upload",
        description="The parts are put together, and size and digest compared with what was announced (422). Answers "
        "the file as an upload in one request does: name its `id` as `file_id` in order lines. 409 while parts are "
        "missing. Completing again answers the same file.",
        tags=_FILES,
        request=None,
        responses={200: ShopFileResponse, 201: ShopFileResponse, **describe_problems(409, 422, 507)},
    )
    def post(self, request: Request, public_id: str) -> Response:
        read_query(request.GET, NoQuery)
        file, is_new = complete_upload(self.find_upload(public_id))
        return Response(file_answer(file), status=201 if is_new else 200)


def _chunks_of(request: Request) -> Iterator[bytes]:
    """Return the body in pieces; one without a byte is handed on by nobody as something to read."""
    body: object = request.data
    return read_chunks(cast("IO[bytes]", body)) if hasattr(body, "read") else iter(())


def _too_large(upload: PartUpload) -> TooLarge:
    return TooLarge(_("A part of this upload may have at most %(limit)d bytes.") % {"limit": upload.part_size})


def _answer(upload: PartUpload) -> UploadResponse:
    parts = list(upload.parts.order_by("number"))
    return UploadResponse(
        id=upload.public_id,
        name=upload.name,
        size=upload.size,
        sha256=upload.sha256,
        part_size=upload.part_size,
        part_count=upload.part_count,
        parts=[_part(part) for part in parts],
        missing=missing_parts(upload, parts),
        file=file_answer(upload.file) if upload.file else None,
        expires_at=expiry_of(upload),
    )


def _part(part: UploadedPart) -> UploadedPartResponse:
    return UploadedPartResponse(part.number, part.size or 0, part.sha256)

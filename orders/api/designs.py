"""Designs over REST: opened for the shop's customers, read, previewed, submitted."""

from typing import ClassVar

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.accounts.models.shop import Scope
from backoffice.api.renderers import AnyType
from backoffice.api.schema import describe_problems
from backoffice.api.validation import NoQuery, read_query, read_struct
from backoffice.api.views import ApiView
from backoffice.files.types import content_type_of
from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import names_for
from backoffice.web.file_answers import file_response
from orders.api.design_responses import DesignResponse, OpenedDesignResponse, design_response, opened_response
from orders.api.keys import MAKING, read_key
from orders.models import Design
from orders.services.designs.editor import open_design, read_design, read_preview, submit_design
from orders.services.designs.input import NewDesign

NOT_KEPT = {"Cache-Control": "no-store"}


class DesignsView(ApiView):
    """New designs."""

    required_scopes: ClassVar = {"POST": Scope.ORDERS_WRITE}

    @extend_schema(
        operation_id="open_design",
        summary="Open a design in the vendor's editor",
        description="`start_url` and `start_url_cname` open the editor for whoever has them: hand them to that "
        "customer only. A repeated request answers with the same design and fresh addresses.",
        tags=["designs"],
        parameters=MAKING,
        request=NewDesign,
        responses={201: OpenedDesignResponse, **describe_problems(409, 413, 415, 422)},
    )
    def post(self, request: Request) -> Response:
        key = read_key(request)
        read_query(request.GET, NoQuery)
        new = read_struct(request.data, NewDesign)
        seen = open_design(
            new, shop=self.shop, key=key, request=["POST", "designs", request.data], is_test=self.is_test
        )
        headers = {**NOT_KEPT, "Location": f"{request.path}{seen.design.public_id}/"}
        if seen.replayed:
            headers["Idempotent-Replayed"] = "true"
        return Response(opened_response(seen), status=201, headers=headers)


class OneDesign(ApiView):
    """A view of one design of the shop."""

    def find_design(self, public_id: str) -> Design:
        """Return the design. Raise NotFound, also for other shops' designs."""
        own = Design.objects.filter(shop=self.shop, vendor__in=names_for(tests=self.is_test))
        design = own.select_related("customer", "shop").filter(public_id=public_id).first()
        if design is None:
            raise NotFound(_("Design not found in this shop."))
        return design


class DesignDetail(OneDesign):
    """One design, as its vendor has it now."""

    # Whoever may read the addresses of the editor may change the design.
    required_scopes: ClassVar = {"GET": Scope.ORDERS_WRITE}

    @extend_schema(
        operation_id="get_design",
        summary="A design, read at its vendor",
        description="Tells whether the customer switched the SKU in the editor, and what it costs now.",
        tags=["designs"],
        responses={200: OpenedDesignResponse, **describe_problems(422)},
    )
    def get(self, request: Request, public_id: str) -> Response:
        read_query(request.GET, NoQuery)
        return Response(opened_response(read_design(self.find_design(public_id))), headers=NOT_KEPT)


class DesignPreview(OneDesign):
    """What a design looks like."""

    required_scopes: ClassVar = {"GET": Scope.ORDERS_READ}
    renderer_classes = (AnyType,)

    @extend_schema(
        operation_id="get_design_preview",
        summary="A picture or PDF of a design",
        tags=["designs"],
        responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY), **describe_problems(422)},
    )
    def get(self, request: Request, public_id: str) -> HttpResponseBase:
        read_query(request.GET, NoQuery)
        design = self.find_design(public_id)
        content = read_preview(design).content
        return file_response(content, content_type=content_type_of(content), name=design.public_id)


class DesignSubmission(OneDesign):
    """The end of a design's editing."""

    required_scopes: ClassVar = {"POST": Scope.ORDERS_WRITE}

    @extend_schema(
        operation_id="submit_design",
        summary="End the editing of a design",
        description="It can be ordered from then on and changed no more. Asking twice changes nothing.",
        tags=["designs"],
        request=None,
        responses={200: DesignResponse, **describe_problems(422)},
    )
    def post(self, request: Request, public_id: str) -> Response:
        read_query(request.GET, NoQuery)
        return Response(design_response(submit_design(self.find_design(public_id)).design))

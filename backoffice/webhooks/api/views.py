"""Webhook endpoints over REST: doors to the services of `backoffice.webhooks`."""

from typing import ClassVar

import msgspec
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.accounts.models.shop import Scope
from backoffice.api.schema import LOCATION, describe_problems
from backoffice.api.validation import NoQuery, read_query, read_struct
from backoffice.api.views import ApiView
from backoffice.webhooks.api.inputs import NewWebhookEndpoint, RotationInput, WebhookEndpointChanges
from backoffice.webhooks.api.responses import (
    WebhookEndpointCreated,
    WebhookEndpointResponse,
    WebhookEndpointsResponse,
    created_response,
    endpoint_response,
)
from backoffice.webhooks.models import WebhookEndpoint
from backoffice.webhooks.services import endpoints
from backoffice.webhooks.services.endpoints import EndpointValues

_WEBHOOKS: list[str] = ["webhooks"]


class WebhookEndpoints(ApiView):
    """The shop's endpoints."""

    required_scopes: ClassVar = {"GET": Scope.WEBHOOKS_WRITE, "POST": Scope.WEBHOOKS_WRITE}

    @extend_schema(
        operation_id="list_webhook_endpoints",
        summary="The shop's webhook endpoints",
        tags=_WEBHOOKS,
        responses={200: WebhookEndpointsResponse, **describe_problems()},
    )
    def get(self, request: Request) -> Response:
        read_query(request.GET, NoQuery)
        rows = WebhookEndpoint.objects.filter(shop=self.shop, removed_at__isnull=True).order_by("pk")
        return Response(WebhookEndpointsResponse([endpoint_response(row) for row in rows]))

    @extend_schema(
        operation_id="add_webhook_endpoint",
        summary="Add a webhook endpoint",
        description="The secret is in this response only. A shop has at most 50 endpoints.",
        tags=_WEBHOOKS,
        parameters=[LOCATION],
        request=NewWebhookEndpoint,
        responses={201: WebhookEndpointCreated, **describe_problems(409, 413, 415, 422)},
    )
    def post(self, request: Request) -> Response:
        new = read_struct(request.data, NewWebhookEndpoint)
        values = EndpointValues(new.url, new.description, tuple(new.topics), new.api_version, new.active)
        made = endpoints.add_endpoint(self.shop, values, actor=f"shop:{self.shop.code}")
        headers = {"Location": f"{request.path}{made.pk}/"}
        return Response(created_response(made), status=201, headers=headers)


class OneEndpoint(ApiView):
    """A view of one endpoint of the shop."""

    def find_endpoint(self, pk: int) -> WebhookEndpoint:
        """Return it. Raise NotFound, also for other shops' and removed ones."""
        rows = WebhookEndpoint.objects.filter(shop=self.shop, removed_at__isnull=True).select_related("shop")
        endpoint = rows.filter(pk=pk).first() if pk < 2**63 else None
        if endpoint is None:
            raise NotFound
        return endpoint


class WebhookEndpointDetail(OneEndpoint):
    """One endpoint."""

    required_scopes: ClassVar = {
        "GET": Scope.WEBHOOKS_WRITE,
        "PATCH": Scope.WEBHOOKS_WRITE,
        "DELETE": Scope.WEBHOOKS_WRITE,
    }

    @extend_schema(
        operation_id="get_webhook_endpoint",
        summary="One webhook endpoint",
        tags=_WEBHOOKS,
        responses={200: WebhookEndpointResponse, **describe_problems()},
    )
    def get(self, request: Request, pk: int) -> Response:
        read_query(request.GET, NoQuery)
        return Response(endpoint_response(self.find_endpoint(pk)))

    @extend_schema(
        operation_id="change_webhook_endpoint",
        summary="Change a webhook endpoint",
        description="What waits goes to the new address. While it is switched off it gets no events, unless they are "
        "sent by a replay later.",
        tags=_WEBHOOKS,
        request=WebhookEndpointChanges,
        responses={200: WebhookEndpointResponse, **describe_problems(409, 413, 415, 422)},
    )
    def patch(self, request: Request, pk: int) -> Response:
        endpoint = self.find_endpoint(pk)
        changes = read_struct(request.data, WebhookEndpointChanges)
        given = {name: value for name, value in msgspec.structs.asdict(changes).items() if value is not msgspec.UNSET}
        if "topics" in given:
            given["topics"] = tuple(given["topics"])
        return Response(endpoint_response(endpoints.change_some(endpoint, **given)))

    @extend_schema(
        operation_id="remove_webhook_endpoint",
        summary="Remove a webhook endpoint",
        description="What waits for it is given up. Returns it as it was.",
        tags=_WEBHOOKS,
        responses={200: WebhookEndpointResponse, **describe_problems(409)},
    )
    def delete(self, request: Request, pk: int) -> Response:
        endpoint = self.find_endpoint(pk)
        endpoints.remove_endpoint(endpoint)
        return Response(endpoint_response(endpoint))


class WebhookSecretRotation(OneEndpoint):
    """A new secret."""

    required_scopes: ClassVar = {"POST": Scope.WEBHOOKS_WRITE, "DELETE": Scope.WEBHOOKS_WRITE}

    @extend_schema(
        operation_id="rotate_webhook_secret",
        summary="Make a new secret",
        description="For `keep_hours` the one before it signs too: each webhook then has two signatures.",
        tags=_WEBHOOKS,
        request=RotationInput,
        responses={200: WebhookEndpointCreated, **describe_problems(409, 413, 415, 422)},
    )
    def post(self, request: Request, pk: int) -> Response:
        endpoint = self.find_endpoint(pk)
        hours = read_struct(request.data, RotationInput).keep_hours
        return Response(created_response(endpoints.rotate_secret(endpoint, hours=hours)))

    @extend_schema(
        operation_id="end_previous_webhook_secret",
        summary="End the previous secret now",
        tags=_WEBHOOKS,
        responses={200: WebhookEndpointResponse, **describe_problems(409)},
    )
    def delete(self, request: Request, pk: int) -> Response:
        return Response(endpoint_response(endpoints.end_previous_secret(self.find_endpoint(pk))))

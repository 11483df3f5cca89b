"""The stream of events over REST."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.accounts.models.shop import Scope
from backoffice.api.pagination import build_address
from backoffice.api.schema import describe_problems, describe_query
from backoffice.api.validation import NoQuery, read_query
from backoffice.api.views import ApiView
from backoffice.webhooks.api.inputs import StreamQuery
from backoffice.webhooks.api.responses import EventPage
from backoffice.webhooks.models.event import event_key
from backoffice.webhooks.services.messages import EventMessage, build_message
from backoffice.webhooks.services.stream import events_for, read_stream

_EVENTS: list[str] = ["events"]
_VERSION = "v1"


class EventsView(ApiView):
    """The stream of events."""

    required_scopes: ClassVar = {"GET": Scope.EVENTS_READ}

    @extend_schema(
        operation_id="list_events",
        summary="Events, oldest first",
        description="The same that webhooks carry, for who cannot be reached or wants to catch up.",
        tags=_EVENTS,
        parameters=describe_query(StreamQuery),
        responses={200: EventPage, **describe_problems()},
    )
    def get(self, request: Request) -> Response:
        query = read_query(request.GET, StreamQuery)
        after = event_key(query.after or "") or 0
        found = read_stream(self.shop.pk, after=after, most=query.page_size + 1, since=query.since, tests=self.is_test)
        shown = found[: query.page_size]
        last = shown[-1].public_id if shown else query.after
        return Response(
            EventPage(
                next=build_address(request, **({"after": last} if last else {})),
                last=last,
                has_more=len(found) > len(shown),
                results=[build_message(event, api_version=_VERSION) for event in shown],
            )
        )


class EventDetail(ApiView):
    """One event."""

    required_scopes: ClassVar = {"GET": Scope.EVENTS_READ}

    @extend_schema(
        operation_id="get_event",
        summary="One event",
        tags=_EVENTS,
        responses={200: EventMessage, **describe_problems()},
    )
    def get(self, request: Request, event_id: str) -> Response:
        read_query(request.GET, NoQuery)
        event = events_for(self.shop.pk, tests=self.is_test).filter(pk=event_key(event_id) or 0).first()
        if event is None:
            raise NotFound
        return Response(build_message(event, api_version=_VERSION))

"""Answers that a client may keep and ask for again: entity tags, 304, gzip."""

from typing import Any, TypeVar

from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page
from django.views.decorators.vary import vary_on_headers
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

View = TypeVar("View", bound=type[Any])

_TAG = {"type": "string", "examples": ['W/"6f1ed002ab5595859014ebf0951522d9"']}
HEADERS = [
    OpenApiParameter(
        name="If-None-Match",
        location=OpenApiParameter.HEADER,
        type=_TAG,
        description="The `ETag` of what you have: 304 without a body when that is still the answer.",
    ),
    OpenApiParameter(
        name="ETag",
        location=OpenApiParameter.HEADER,
        type=_TAG,
        description="Of this answer, the same as long as it says the same. Send it as `If-None-Match` next time.",
        response=[200, 304],
    ),
    OpenApiParameter(
        name="Cache-Control",
        location=OpenApiParameter.HEADER,
        type=OpenApiTypes.STR,
        description="`private, no-cache`: for this key alone, and asked for again before it is used.",
        response=[200],
    ),
]
NOT_MODIFIED: dict[Any, Any] = {304: OpenApiResponse(description="What you have is still the answer.")}


def revalidated(view: View) -> View:
    """Let clients of a class of views ask whether an answer has changed, and take it compressed.

    The tag is made of the answer itself: what it shows depends on stock that orders take, which no row's time tells.
    Nothing secret stands in these answers, so that their compressed length gives nothing away (BREACH).
    """
    decorators = [
        vary_on_headers("Accept-Language", "Authorization"),
        cache_control(private=True, no_cache=True),
        gzip_page,
        conditional_page,
    ]
    decorated: View = method_decorator(decorators, name="dispatch")(view)
    return decorated

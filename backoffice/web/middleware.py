"""What a request tells of its reader beside who it is."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils import timezone

from backoffice.sight import reading
from backoffice.web.signed_in import signed_in_user

LONGEST_NAME = 64
# What the pages need of a device: the camera, to scan. All else is off, for what may be embedded in them too.
DEVICES = ", ".join(
    ["camera=(self)", *(f"{one}=()" for one in ("accelerometer", "display-capture", "geolocation", "gyroscope", "hid"))]
    + [f"{one}=()" for one in ("magnetometer", "microphone", "midi", "payment", "serial", "usb", "xr-spatial-tracking")]
)


class PermissionsPolicy:
    """Says in each answer which of the browser's devices its page may use."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", DEVICES)
        return response


class KeptByNobody:
    """Answers that say nothing of how long they may be kept are not kept: they name customers, or who is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class CompressPages(GZipMiddleware):
    """Pages are sent compressed, with or without a proxy that would do it: a list of orders is 160 kB, or 13.

    Only pages: files are compressed already or streamed, and what the API answers says itself how it may be kept
    (`backoffice/api/caching.py`). Django adds random bytes to each page (`max_random_bytes`), against guessing a secret
    of the page by its length (BREACH).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.streaming or not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)


class ReadersZone:
    """Times are shown in the zone that the browser told by a cookie, else in the one of the settings."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        zone = _zone(request.COOKIES.get("zone", ""))
        if zone is None:
            return self.get_response(request)
        with timezone.override(zone):
            return self.get_response(request)


class ReadersRights:
    """Whoever is signed in reads what they have the right to. Costs nothing until somebody asks; what is open to those
    who are not, or to a key, asks for itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        def asked(right: str) -> bool:
            user = signed_in_user(request)
            return user is None or user.has_perm(right)

        with reading(asked):
            return self.get_response(request)


def _zone(name: str) -> ZoneInfo | None:
    """Return the zone of that name; None for what is none, since anybody may send any cookie."""
    if not name or len(name) > LONGEST_NAME:
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # unknown, a path, a directory
        return None

"""What a list posts of its marked rows: which they are, and the list as it was filtered."""

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from backoffice.staff.keyset import read_key


def marked_keys(given: QueryDict, name: str, *, most: int | None = None) -> list[int]:
    """Return the keys of the marked rows, each once, the first `most` of them."""
    keys = (read_key(text) for text in given.getlist(name))
    return list(dict.fromkeys(key for key in keys if key is not None))[:most]


def back_to(request: HttpRequest, otherwise: str) -> str:
    """Return where the reader came from, never another site: without it the page of that name."""
    return came_from(request) or reverse(otherwise)


def came_from(request: HttpRequest) -> str:
    """Return the address of ours that the form wants to go back to, empty where it names none."""
    back = request.POST.get("back", "")
    hosts = {request.get_host()}
    allowed = url_has_allowed_host_and_scheme(back, allowed_hosts=hosts, require_https=request.is_secure())
    return back if allowed else ""

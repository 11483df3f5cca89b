"""What other apps add to the pages of orders: each registers its parts, and the pages know only the places for them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from backoffice.engine.admin.timeline import Timeline
from orders.models import Enquiry, Order

View = Callable[..., HttpResponse]
# Wraps a view in the admin's own guard.
Guard = Callable[[View], View]


class Place(StrEnum):
    """On the page of an order: among its buttons, below its holds, in the box of its customer, beside its lines, in the
    head of its lines, above its timeline; in the list: for marked orders, and beside its search; on the page of an
    enquiry: below it.
    """

    BUTTONS = "buttons"
    NOTES = "notes"
    CUSTOMER = "customer"
    SIDE = "side"
    LINES = "lines"
    TIMELINE = "timeline"
    ENQUIRY = "enquiry"
    MARKED = "marked"
    ABOVE_LIST = "above_list"


_OF_ORDER = (Place.BUTTONS, Place.NOTES, Place.CUSTOMER, Place.SIDE, Place.LINES, Place.TIMELINE)


@dataclass(frozen=True)
class Part:
    """A template and what it shows, as `part.shown`."""

    template: str
    shown: Any


# Return what the part shows to the reader; nothing (anything false) leaves it out. The list has no single order.
Read = Callable[[HttpRequest, Any], Any]
# Returns, by the keys of events in a timeline, what is shown in place of their sentence.
ReadEntries = Callable[[HttpRequest, Order, Timeline], Mapping[int, Any]]

_PARTS: dict[Place, list[tuple[str, Read]]] = {place: [] for place in Place}
_ENTRIES: list[tuple[str, ReadEntries]] = []
_URLS: list[Callable[[Guard], Sequence[URLPattern]]] = []


def register_part(place: Place, template: str, *, read: Read) -> None:
    """Add a part to a place, after those that are there already."""
    _PARTS[place].append((template, read))


def register_entries(template: str, *, read: ReadEntries) -> None:
    """Show some events of the timeline with a template, as `part.shown`."""
    _ENTRIES.append((template, read))


def register_urls(urls: Callable[[Guard], Sequence[URLPattern]]) -> None:
    """Add addresses below the list of orders."""
    _URLS.append(urls)


def parts_of(request: HttpRequest, order: Order) -> dict[str, list[Part]]:
    """Return the parts of the page of an order by place."""
    return {place: _read(place, request, order) for place in _OF_ORDER}


def entries_of(request: HttpRequest, order: Order, timeline: Timeline) -> dict[int, Part]:
    """Return what is shown in place of the sentences of some events, by their keys."""
    return {
        key: Part(template, shown)
        for template, read in _ENTRIES
        for key, shown in read(request, order, timeline).items()
    }


def parts_of_enquiry(request: HttpRequest, enquiry: Enquiry) -> list[Part]:
    """Return the parts of the page of an enquiry."""
    return _read(Place.ENQUIRY, request, enquiry)


def parts_for_marked(request: HttpRequest) -> list[Part]:
    """Return what the reader can do with orders marked in the list, beside what orders offer themselves."""
    return _read(Place.MARKED, request, None)


def parts_above_list(request: HttpRequest) -> list[Part]:
    """Return what the list of orders offers beside its search."""
    return _read(Place.ABOVE_LIST, request, None)


def registered_urls(guard: Guard) -> list[URLPattern]:
    """Return the addresses that other apps have below the list of orders."""
    return [url for urls in _URLS for url in urls(guard)]


def _read(place: Place, request: HttpRequest, order: Order | Enquiry | None) -> list[Part]:
    return [Part(template, shown) for template, read in _PARTS[place] if (shown := read(request, order))]

"""The pages of the handbook; whoever is staff may read all of it."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from backoffice.files.types import PNG
from backoffice.handbook.book import book_of_reader
from backoffice.handbook.parts import INDEX, SCREENS, HandbookPage
from backoffice.handbook.rendering import page_url
from backoffice.handbook.searching import LONGEST, search
from backoffice.text.translatable import gettext as _
from backoffice.web.file_answers import file_response

# A picture that changes has another address.
YEAR = 365 * 24 * 3600


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the first page, or what a search finds."""
    if "q" not in request.GET:
        return _show_page(request, INDEX)
    text = request.GET["q"][:LONGEST]
    found = search(book_of_reader(), text)
    return _render(request, "handbook/search.html", title=_("Search the handbook"), text=text, matches=found)


@require_safe
def page(request: HttpRequest, name: str) -> HttpResponse:
    """Show a page by its name; the first one has an address of its own."""
    return HttpResponseRedirect(page_url(INDEX)) if name == INDEX else _show_page(request, name)


@require_safe
def picture(request: HttpRequest, language: str, name: str) -> HttpResponseBase:
    """Answer with a picture from the handbook's own folder."""
    known = language in dict(settings.LANGUAGES)
    pictures = {path.stem: path for path in (SCREENS / language).glob("*.png")} if known else {}
    if name not in pictures:
        raise Http404
    return file_response(pictures[name].open("rb"), content_type=PNG, name=name, seconds=YEAR)


def _show_page(request: HttpRequest, name: str) -> HttpResponse:
    pages = book_of_reader()
    if name not in pages:
        raise Http404
    shown = pages[name]
    before, after = _neighbours(list(pages.values()), shown)
    return _render(request, "handbook/page.html", title=shown.title, shown=shown, before=before, after=after)


def _neighbours(pages: list[HandbookPage], shown: HandbookPage) -> tuple[HandbookPage | None, HandbookPage | None]:
    place = pages.index(shown)
    return (pages[place - 1] if place else None), (pages[place + 1] if place + 1 < len(pages) else None)


def _render(request: HttpRequest, template: str, *, title: str, **context: Any) -> TemplateResponse:
    frame = admin.site.each_context(request)
    return TemplateResponse(
        request, template, {**frame, "title": title, "pages": book_of_reader().values(), "longest": LONGEST, **context}
    )

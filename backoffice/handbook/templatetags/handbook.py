"""The way from a staff page to its section of the handbook, and links within it."""

from typing import Any, NamedTuple

from django import template

from backoffice.text.translatable import gettext as _

register = template.Library()


class HandbookPlace(NamedTuple):
    """Where the "?" of a page leads, and what it is called."""

    url: str
    label: str


@register.simple_tag
def handbook_url(name: str, anchor: str = "") -> str:
    """Return the address of a page of the handbook, or of one of its sections."""
    from backoffice.handbook.rendering import page_url

    return page_url(name, anchor)


@register.simple_tag(takes_context=True)
def handbook_place(context: dict[str, Any]) -> HandbookPlace | None:
    """Return the section about the page that is shown. No query."""
    from backoffice.handbook.book import book_of_reader
    from backoffice.handbook.parts import INDEX
    from backoffice.handbook.places import find_place
    from backoffice.handbook.rendering import page_url

    match = getattr(context.get("request"), "resolver_match", None)
    if match is None:
        return None
    book = book_of_reader()
    name, _hash, anchor = (find_place(match.url_name or "") or INDEX).partition("#")
    page = book.get(name) or book.get(INDEX)
    if page is None:
        return None
    section = page.section(anchor)
    title = section.title if section else page.title
    return HandbookPlace(
        page_url(page.name, anchor if section else ""), _("Handbook: %(section)s") % {"section": title}
    )

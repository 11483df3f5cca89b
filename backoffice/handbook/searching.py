"""The search over all pages: sections that have every word, those with the words in their headings first."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from backoffice.handbook.book import Book
from backoffice.handbook.parts import HandbookPage, HandbookSection
from backoffice.handbook.rendering import page_url
from backoffice.text.cleaning import BadText, clean_line

SHOWN = 30
# Longer texts are nothing that a handbook has.
LONGEST = 100
# Letters that are shown before and after the first word found.
AROUND = 90


@dataclass(frozen=True)
class HandbookMatch:
    """A section with all words, and the place where the first of them stands."""

    page: HandbookPage
    section: HandbookSection
    excerpt: SafeString

    @property
    def url(self) -> str:
        return page_url(self.page.name, self.section.anchor)


def search(book: Book, text: str) -> list[HandbookMatch]:
    """Return the sections that have every word of the text, the best first."""
    words = _words(text)
    if not words:
        return []
    found = sorted(_rated(book, words), key=lambda one: -one[0])
    return [HandbookMatch(page, section, _excerpt(section.text, words)) for _points, page, section in found[:SHOWN]]


def _words(text: str) -> list[str]:
    try:
        return clean_line(text[:LONGEST]).casefold().split()
    except BadText:
        return []


def _rated(book: Book, words: list[str]) -> Iterator[tuple[int, HandbookPage, HandbookSection]]:
    """Yield what has all words; headings count most, then the titles of pages."""
    for page in book.values():
        for section in page.sections:
            heading, title, text = section.title.casefold(), page.title.casefold(), section.text.casefold()
            points = [10 * (word in heading) + 4 * (word in title) + min(text.count(word), 3) for word in words]
            if all(points) and any(word in heading or word in text for word in words):
                yield sum(points), page, section


def _excerpt(text: str, words: list[str]) -> SafeString:
    """Return the text around the first word that stands in it, all of them marked."""
    pattern = re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)), re.IGNORECASE)
    first = pattern.search(text)
    start = max(0, first.start() - AROUND) if first else 0
    start = text.find(" ", start) + 1 if start else 0
    end = min(len(text), start + 2 * AROUND + 40)
    end = max(text.rfind(" ", start, end), start + 1) if end < len(text) else end
    shown = format_html_join("", "{}{}", _marked(text[start:end], pattern))
    return format_html("{}{}{}", "… " if start else "", shown, " …" if end < len(text) else "")


def _marked(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, SafeString | str]]:
    last = 0
    for found in pattern.finditer(text):
        yield text[last : found.start()], format_html("<mark>{}</mark>", found[0])
        last = found.end()
    yield text[last:], ""

"""The handbook as it is read: pages in their order, each with its sections. Files are read once a process.

`docs/handbook/<language>/<page>.md` hold the texts. A page that a language lacks is there in English.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.utils.translation import get_language

from backoffice.handbook.parts import FOLDER, ORDER, HandbookPage
from backoffice.handbook.rendering import render

FALLBACK = "en"

Book = Mapping[str, HandbookPage]


def book_of_reader() -> Book:
    """Return the pages in the language of whoever reads."""
    return book_in((get_language() or FALLBACK).partition("-")[0])


@cache
def book_in(language: str) -> Book:
    """Return the pages by name, in their order; those that the language lacks in English."""
    files = {name: _file(name, language) for name in ORDER}
    return {name: render(name, path.parent.name, path.read_text()) for name, path in files.items() if path is not None}


def _file(name: str, language: str) -> Path | None:
    paths = (FOLDER / one / f"{name}.md" for one in (language, FALLBACK))
    return next((path for path in paths if path.is_file()), None)

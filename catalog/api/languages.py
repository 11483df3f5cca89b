"""In which language a storefront is given names: as it says, else as its headers do."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Protocol

from django.utils.translation.trans_real import parse_accept_lang_header
from msgspec import Meta
from rest_framework.request import Request

# Two letters, as vendors name languages.
Language = Annotated[
    str,
    Meta(
        pattern="^([A-Za-z]{2})?$",
        description="Names and texts in this language; without it texts come in all, names as `Accept-Language` asks "
        "for, else in the vendor's main language.",
        examples=["de"],
    ),
]


class NamedText(Protocol):
    """A text of a product or variant in one language."""

    language: str
    name: str


def read_languages(request: Request, lang: str) -> tuple[str, ...]:
    """Return the languages asked for, best first: the parameter alone, or the header's."""
    if lang:
        return (lang.upper(),)
    accepted = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    return tuple(dict.fromkeys(tag[:2].upper() for tag, quality in accepted if quality and tag != "*"))


def choose_name(texts: Iterable[NamedText], languages: Sequence[str], *, otherwise: str) -> str:
    """Return the name in the first of the languages that has one."""
    names = {text.language: text.name for text in texts if text.name}
    return next((names[language] for language in languages if language in names), otherwise)

"""The texts: the same pages and anchors in both languages, no link into nothing, and buttons called as they are."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.utils.translation import trans_real

from backoffice.handbook.parts import ORDER
from tests.backoffice.test_translations import GERMAN, read_entries
from tests.handbook.sources import BOLD, HEADING, LANGUAGES, LINK, anchors, names, pictures, source, targets

ALLOWED = tomllib.loads(Path(__file__).with_name("bold_names.toml").read_text())
NO_BUTTONS = {name for group in ALLOWED.values() for name in group}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|\{\{.*?\}\}")
# A text of placeholders alone would be any name.
LETTERS = re.compile(r"[^\W\d_]{3}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_there_and_has_its_shape(language: str) -> None:
    assert names(language) == set(ORDER)
    for name in ORDER:
        lines = source(language, name).splitlines()
        assert lines[0].startswith("# "), name
        assert lines[2][:1].isalnum(), f"{name}: an introducing paragraph comes first"
        headings = [line for line in lines if line.startswith("#")][1:]
        assert all(HEADING.fullmatch(line) or line.startswith("### ") for line in headings), (name, headings)
        found = anchors(language, name)
        assert len(found) == len(set(found)), name
        assert "<" not in re.sub(r"<-|<=", "", "\n".join(lines)), f"{name}: no HTML"


def test_both_languages_have_the_same_anchors_in_the_same_order() -> None:
    assert {name: anchors("en", name) for name in names("en")} == {name: anchors("de", name) for name in names("de")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_link_leads_into_nothing(language: str) -> None:
    known = targets(language, ".md")
    wrong = [
        (name, link)
        for name in names(language)
        for link in LINK.findall(source(language, name))
        if (f"{name}.md{link}" if link.startswith("#") else link) not in known
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_is_of_its_language_and_says_what_it_shows(language: str) -> None:
    address = re.compile(rf"\.\./\.\./screens/handbook/{language}/[a-z0-9-]+\.png")
    assert [one for one in pictures(language) if not address.fullmatch(one[2]) or len(one[1]) < 10] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_in_bold_is_called_so_on_the_pages(language: str) -> None:
    bold = {(name, text) for name in names(language) for text in BOLD.findall(source(language, name))}
    assert len(bold) > 5
    wrong = sorted((name, text) for name, text in bold if text not in NO_BUTTONS and not is_on_a_page(text, language))
    assert wrong == [], "a name that is no text of the product goes into bold_names.toml"


def test_no_name_is_allowed_for_nothing() -> None:
    bold = {text for language in LANGUAGES for name in names(language) for text in BOLD.findall(source(language, name))}
    assert bold >= NO_BUTTONS


def test_a_name_that_no_page_has_is_noticed() -> None:
    assert is_on_a_page("Save … changes as draft", "en")
    assert is_on_a_page("Release 28 orders", "en")
    assert is_on_a_page("28 Bestellungen freigeben", "de")
    assert not is_on_a_page("Release", "de")
    assert not is_on_a_page("Freigeben", "en")
    assert not is_on_a_page("Let it go on", "en")
    assert not is_on_a_page("…", "en")


def is_on_a_page(text: str, language: str) -> bool:
    """Return whether a text of the product is called so; `…` and what it fills in fit its placeholders."""
    whole, patterns = texts(language)
    return shape(text) in whole or any(pattern.fullmatch(one) for pattern in patterns for one in (text, shape(text)))


def shape(text: str) -> str:
    """Return the text without what the page's style changes: a first letter, "…" and spaces at its end."""
    bare = re.sub(r"\s+", " ", text.replace("\u00ad", "")).strip().removesuffix("…").removesuffix(":").strip()
    return bare[:1].upper() + bare[1:]


@cache
def texts(language: str) -> tuple[set[str], list[re.Pattern[str]]]:
    """Return the texts without placeholders, and patterns of those with some."""
    whole, patterns = set(), []
    for shown in map(shape, raw_texts(language)):
        if not PLACEHOLDER.search(shown):
            whole.add(shown)
        elif LETTERS.search(PLACEHOLDER.sub("", shown)):
            patterns.append(re.compile(".+?".join(map(re.escape, PLACEHOLDER.split(shown)))))
    return whole - {""}, patterns


def raw_texts(language: str) -> Iterator[str]:
    """Yield every text of our catalogue, plurals too, and of those of the libraries whose pages we show."""
    for entry in read_entries((GERMAN / "django.po").read_text()):
        yield from entry.forms if language == "de" else (entry.text.text, entry.text.plural or "")
    for key, german in trans_real.translation("de")._catalog.items():
        text = key[0] if isinstance(key, tuple) else key
        yield german if language == "de" else text.rpartition("\x04")[2]

"""Texts of Unfold whose English would not pass docs/voice.md are overridden in locale/en."""

import gettext
import re

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from tests.backoffice.test_translations import ROOT, Entry, marked_texts, read_entries

ENGLISH = ROOT / "locale" / "en" / "LC_MESSAGES"
NOT_OURS = re.compile(r"\.\.\.|yielded|apps and models|^\w+ [A-Z]\w+$")


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return [entry for entry in read_entries((ENGLISH / "django.po").read_text()) if entry.text.text]


def test_only_texts_that_people_read_here_are_overridden(entries: list[Entry]) -> None:
    marked = marked_texts()
    assert entries
    assert [entry.text.text for entry in entries if (entry.text.context, entry.text.text) not in marked] == []
    assert [entry.text.text for entry in entries if not entry.forms[0] or NOT_OURS.search(entry.forms[0])] == []


def test_what_unfold_calls_badly_is_overridden(entries: list[Entry]) -> None:
    source = (ROOT / "backoffice" / "staff" / "unfold.py").read_text()
    bad = [text for text in re.findall(r'gettext_noop\("([^"]*)"\)', source) if NOT_OURS.search(text)]
    assert len(bad) >= 4
    assert [text for text in bad if text not in {entry.text.text for entry in entries}] == []


def test_the_compiled_catalogue_is_that_of_the_source(entries: list[Entry]) -> None:
    with (ENGLISH / "django.mo").open("rb") as file:
        loaded = gettext.GNUTranslations(file)
    assert [entry.text.text for entry in entries if loaded.gettext(entry.text.text) != entry.forms[0]] == []


@pytest.mark.parametrize(
    ("language", "text"), [("en", "Search pages, orders and SKUs …"), ("de", "Seiten, Bestellungen, SKUs suchen …")]
)
def test_the_search_of_the_sidebar_reads_like_ours(language: str, text: str) -> None:
    context = {"sidebar_show_search": True, "sidebar_command_search": True}
    with translation.override(language):
        assert text in render_to_string("unfold/helpers/search.html", context)


def test_our_own_texts_stay_as_they_are_in_english() -> None:
    with translation.override("en"):
        assert translation.gettext("Not assigned") == "Not assigned"
        assert translation.ngettext("%(count)s line", "%(count)s lines", 2) == "%(count)s lines"

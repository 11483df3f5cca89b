"""Every text calls a thing by its one name."""

import pytest

from tests.words import glossary


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_text_calls_a_thing_by_its_one_name(language: str) -> None:
    assert list(map(str, glossary.faults(language))) == []


@pytest.mark.parametrize(
    ("language", "text", "term"),
    [
        ("en", "The order was told to the vendor.", "send, sent, not sent, send again, dismiss"),
        ("en", "No order is like that", "No orders match these filters"),
        ("de", "Der Paketdienst holt es ab.", "Paket, Sendung, Versanddienstleister"),
        ("de", "Die Bestellung ist in Herstellung.", "Produktion"),
    ],
)
def test_a_forbidden_word_is_found_and_the_right_one_named(language: str, text: str, term: str) -> None:
    [found] = glossary.find(iter([text]), glossary.rules_of(glossary.load(), language), allowed=set())
    assert found.term.startswith(term)


def test_what_is_allowed_says_why_and_still_occurs() -> None:
    every = {*glossary.texts("en"), *glossary.texts("de")}
    exceptions = glossary.allowed_texts()
    assert [one for one in exceptions if not one["reason"].strip()] == []
    assert [one["text"] for one in exceptions if one["text"] not in every] == []

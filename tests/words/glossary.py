"""Reads every text of the product by docs/glossary.toml: `python -m tests.words.glossary` lists what it finds."""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.backoffice.test_translations import read_entries

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "locale" / "de" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w*\}")


class Rule(NamedTuple):
    """What a term is never called, in one language."""

    term: str
    pattern: re.Pattern[str]


class Found(NamedTuple):
    """A text that says it otherwise."""

    text: str
    word: str
    term: str

    def __str__(self) -> str:
        return f"{self.text!r}: {self.word!r}, the term is {self.term!r}"


def load() -> dict[str, Any]:
    return tomllib.loads((ROOT / "docs" / "glossary.toml").read_text())


def rules_of(glossary: dict[str, Any], language: str) -> list[Rule]:
    """Return the forbidden variants: whole words, in German with the letters as they are."""
    flags = re.IGNORECASE if language == "en" else 0
    return [
        Rule(term[language], re.compile(rf"(?<![\w-]){pattern}(?![\w-])", flags))
        for term in glossary["term"]
        for pattern in term.get(f"never_{language}", ())
    ]


def find(texts: Iterator[str], rules: list[Rule], *, allowed: set[str]) -> list[Found]:
    """Return what breaks a rule, each text once a rule. Placeholders are no words."""
    return [
        Found(text, match[0], rule.term)
        for text in texts
        if text not in allowed
        for rule in rules
        if (match := rule.pattern.search(PLACEHOLDER.sub("", text)))
    ]


def texts(language: str) -> Iterator[str]:
    """Yield the texts of all pages, messages and mails in one language."""
    for entry in read_entries(CATALOGUE.read_text()):
        if not entry.text.text:
            continue
        if language == "en":
            yield from filter(None, (entry.text.text, entry.text.plural))
        else:
            yield from entry.forms


def allowed_texts() -> list[dict[str, str]]:
    return list(load().get("allowed", ()))


def faults(language: str) -> list[Found]:
    """Return every text of the product that calls a thing otherwise than the glossary does."""
    return find(texts(language), rules_of(load(), language), allowed={one["text"] for one in allowed_texts()})


if __name__ == "__main__":
    wrong = [*faults("en"), *faults("de")]
    print("\n".join(map(str, wrong)))
    sys.exit(bool(wrong))

"""Reads the prose of README and docs/ by docs/glossary.toml: `python -m tests.words.documents` lists what it finds."""

import re
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import NamedTuple

from tests.words.glossary import ROOT, Rule, load, rules_of

# What was, in the words of its time; and the page that lists what is not to be written.
LEFT_OUT = {"CHANGELOG.md", "docs/voice.md"}
# Fences, code in a line, the address of a link, an address as it stands: none of them is prose.
CODE = re.compile(
    r"^ *(```|~~~).*?^ *\1[^\n]*$|`[^`\n]*`|(?<=\])\([^)]*\)|https?://\S+", flags=re.DOTALL | re.MULTILINE
)


class Allowed(NamedTuple):
    """A word that pages may use beside the glossary, and why."""

    pages: tuple[str, ...]
    word: re.Pattern[str]
    reason: str

    def covers(self, page: str, word: str) -> bool:
        return any(fnmatch(page, pattern) for pattern in self.pages) and self.word.fullmatch(word) is not None


class Finding(NamedTuple):
    """A word that a page should not use, with its line and what the thing is called."""

    page: str
    line: int
    word: str
    term: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.word!r}, the term is {self.term!r}: {self.text}"


def pages() -> Iterator[tuple[str, str]]:
    """Yield the English pages with their text."""
    for path in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]):
        name = path.relative_to(ROOT).as_posix()
        if name not in LEFT_OUT and not name.startswith("docs/handbook/de/"):
            yield name, path.read_text()


def allowed() -> list[Allowed]:
    rows = load().get("allowed_in_documents", ())
    return [Allowed(tuple(row["pages"]), re.compile(row["words"], re.IGNORECASE), row["reason"]) for row in rows]


def prose_of(text: str) -> str:
    """Return the text without code and addresses; lines keep their numbers."""
    return CODE.sub(lambda found: "\n" * found[0].count("\n") or "·", text)


def read(page: str, text: str, *, rules: list[Rule], exceptions: list[Allowed]) -> Iterator[Finding]:
    """Yield what a page says otherwise than the glossary, but for what it may."""
    prose = prose_of(text)
    lines = prose.splitlines()
    for rule in rules:
        for found in rule.pattern.finditer(prose):
            if not any(one.covers(page, found[0]) for one in exceptions):
                number = prose.count("\n", 0, found.start())
                yield Finding(page, number + 1, found[0], rule.term, lines[number].strip())


def faults() -> list[Finding]:
    """Return every word of README and docs/ that the glossary knows another word for."""
    rules, exceptions = rules_of(load(), "en"), allowed()
    return [fault for page, text in pages() for fault in read(page, text, rules=rules, exceptions=exceptions)]


if __name__ == "__main__":
    wrong = faults()
    print("\n".join(map(str, wrong)))
    sys.exit(bool(wrong))

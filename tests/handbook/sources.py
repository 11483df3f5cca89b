"""The texts of the handbook as they lie in `docs/handbook/`, and what they refer to."""

import re
from collections.abc import Iterator
from pathlib import Path

from backoffice.handbook.parts import FOLDER

LANGUAGES = ("en", "de")
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)]+)\)")
BOLD = re.compile(r"\*\*(.+?)\*\*")
HEADING = re.compile(r"^## .+? \{#([a-z0-9-]+)\}$", re.MULTILINE)


def source(language: str, name: str) -> str:
    return (FOLDER / language / f"{name}.md").read_text()


def names(language: str) -> set[str]:
    return {path.stem for path in (FOLDER / language).glob("*.md")}


def anchors(language: str, name: str) -> list[str]:
    return HEADING.findall(source(language, name))


def targets(language: str, end: str = "") -> set[str]:
    """Return what can be linked to: every page, and every section of it."""
    return {f"{name}{end}" for name in names(language)} | {
        f"{name}{end}#{anchor}" for name in names(language) for anchor in anchors(language, name)
    }


def pictures(language: str) -> Iterator[tuple[str, str, str]]:
    """Yield page, what the picture shows, and its address."""
    for name in sorted(names(language)):
        yield from ((name, *found) for found in PICTURE.findall(source(language, name)))


def picture_names(language: str) -> set[str]:
    return {Path(address).stem for _page, _words, address in pictures(language)}

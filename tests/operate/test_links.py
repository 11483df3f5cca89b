"""Every link of the README and of docs/ leads somewhere: a file, a folder, a heading that is there."""

import re
from functools import cache
from pathlib import Path

import pytest

from tests.operate.shipped import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FENCE = re.compile(r"^(```|~~~).*?^\1[^\n]*$", flags=re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def links_of(text: str) -> list[str]:
    """Return the addresses that the text links to, those of pictures too; code is none."""
    return LINK.findall(re.sub(r"`[^`\n]*`", "", FENCE.sub("", text)))


@cache
def anchors_of(path: Path) -> set[str]:
    """Return what the headings of a page can be reached by, as its host and the site name them."""
    anchors: set[str] = set()
    for heading in re.findall(r"^#{1,6} +(.+)$", FENCE.sub("", path.read_text()), flags=re.MULTILINE):
        if given := re.search(r"\{#([\w-]+)\}$", heading.strip()):
            anchors.add(given[1])
            continue
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        anchors.add(re.sub(r"[^\w\- ]", "", words).replace(" ", "-"))
    return anchors


def fault_of(link: str, *, page: Path) -> str:
    """Return what is wrong with a link; empty when it leads somewhere, or out of the project."""
    if re.match(r"https?://|mailto:", link):
        return ""
    target, _mark, anchor = link.partition("#")
    path = (page.parent / target).resolve() if target else page
    if not path.is_relative_to(ROOT) or not path.exists():
        return f"{link}: nothing is there"
    if anchor and (path.suffix != ".md" or anchor not in anchors_of(path)):
        return f"{link}: no such heading"
    return ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    faults = [fault_of(link, page=page) for link in links_of(page.read_text())]
    assert [fault for fault in faults if fault] == []


def test_every_page_is_reached_from_the_readme_or_the_operators_guide() -> None:
    waiting, seen = [ROOT / "README.md", ROOT / "docs" / "index.md"], set()
    while waiting:
        page = waiting.pop()
        seen.add(page)
        found = (
            (page.parent / link.partition("#")[0]).resolve() for link in links_of(page.read_text()) if link[0] != "#"
        )
        waiting += [path for path in found if path.suffix == ".md" and path.exists() and path not in seen]
    # The handbook is read in the site, whose nav has all of it.
    missed = [page for page in PAGES if page not in seen and "handbook" not in page.parts]
    assert [str(page.relative_to(ROOT)) for page in missed] == []


def test_what_leads_nowhere_would_be_noticed(tmp_path: Path) -> None:
    page = ROOT / "docs" / "operate" / "index.md"
    assert fault_of("nowhere.md", page=page)
    assert fault_of("backup.md#no-such-heading", page=page)
    assert fault_of("../../../etc/passwd", page=page)
    assert fault_of("backup.md#point-in-time", page=page) == ""
    assert links_of("a [b](c.md) `[d](e.md)`\n```\n[f](g.md)\n```\n") == ["c.md"]

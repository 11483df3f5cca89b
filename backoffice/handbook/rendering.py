"""Markdown of the handbook as HTML of the staff pages: links and pictures lead to where the product serves them.

The texts are ours and are not sanitised. Nothing in them may become a style or script of the page: columns are aligned
by attributes, and the rest is classes of `handbook.css`.
"""

import re
import struct
from collections.abc import Iterator
from hashlib import sha256
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element, SubElement

from django.urls import reverse
from markdown import Markdown
from markdown.extensions.tables import TableExtension
from markdown.treeprocessors import Treeprocessor

from backoffice.handbook.parts import INDEX, SCREENS, HandbookPage, HandbookSection

# Paragraphs that begin so are set apart.
NOTES = ("Note:", "Hinweis:")
PAGE_LINK = re.compile(r"([a-z-]{1,40})\.md(?:#([a-z0-9-]+))?")
APART = {"li", "p", "td", "th"}
# Where a PNG says how wide and how high it is.
SIZE = slice(16, 24)


def render(name: str, language: str, source: str) -> HandbookPage:
    """Return the page of such a source, whose first line is its title."""
    markdown = Markdown(extensions=["attr_list", "sane_lists", TableExtension(use_align_attribute=True), "toc"])
    shaper = _Shaper(markdown)
    # After all that reads the source: ids are given, and texts are whole.
    markdown.treeprocessors.register(shaper, "handbook", 1)
    html = markdown.convert(source)
    return HandbookPage(name, language, shaper.title, html, tuple(shaper.sections))


def page_url(name: str, anchor: str = "") -> str:
    """Return the address of a page, or of one of its sections."""
    address = reverse("admin:handbook") if name == INDEX else reverse("admin:handbook_page", args=[name])
    return f"{address}#{anchor}" if anchor else address


class _Shaper(Treeprocessor):
    """Takes the title off the page, notes its sections, and makes of its elements what the staff pages show."""

    title = ""
    sections: list[HandbookSection]

    def run(self, root: Element) -> None:
        head = root.find("h1")
        if head is not None:
            self.title = _text(head)
            root.remove(head)
        self.sections = list(self._read_sections(root))
        for link in root.iter("a"):
            link.set("href", _link(link.get("href", "")))
        for place, child in enumerate(list(root)):
            if child.tag == "table":
                root[place] = _scrolling(child)
            elif child.tag == "p":
                _shape_paragraph(child)

    def _read_sections(self, root: Element) -> Iterator[HandbookSection]:
        anchor, title, texts = "", self.title, list[str]()
        for child in root:
            if child.tag == "h2":
                yield HandbookSection(anchor, title, " ".join(texts))
                anchor, title, texts = child.get("id", ""), _text(child), []
            elif words := _text(child):
                texts.append(words)
        yield HandbookSection(anchor, title, " ".join(texts))


def _text(element: Element) -> str:
    """Return what is read, words of different cells and items apart."""
    return re.sub(r"\s+", " ", "".join(_pieces(element))).strip()


def _pieces(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        yield from _pieces(child)
        yield " " if child.tag in APART else ""
        yield child.tail or ""


def _link(address: str) -> str:
    """Return where the product serves the page that a link of a text names; other links stay as they are."""
    found = PAGE_LINK.fullmatch(address)
    return page_url(found[1], found[2] or "") if found else address


def _scrolling(table: Element) -> Element:
    """Return the table in a box of its own, in which one scrolls on a telephone."""
    box = Element("div", {"class": "scroll-x", "tabindex": "0"})
    box.append(table)
    box.tail, table.tail = table.tail, ""
    return box


def _shape_paragraph(paragraph: Element) -> None:
    first = paragraph[0] if len(paragraph) and not (paragraph.text or "").strip() else None
    if first is None:
        return
    if first.tag == "strong" and (first.text or "") in NOTES:
        paragraph.set("class", "handbook-note")
    elif first.tag == "img":
        paragraph.set("class", "screen")
        _serve(paragraph, first)


def _serve(paragraph: Element, image: Element) -> None:
    """Let the picture come from us, in the room that it takes; pressed, it is shown by itself."""
    *_rest, language, file = PurePosixPath(image.get("src", "")).parts
    address = reverse("admin:handbook_picture", args=[language, PurePosixPath(file).stem])
    path = SCREENS / language / file
    if path.is_file():
        content = path.read_bytes()
        width, height = struct.unpack(">II", content[SIZE])
        # Readers keep a picture for long: another one has another address.
        address += f"?v={sha256(content).hexdigest()[:8]}"
        image.attrib |= {"width": str(width), "height": str(height)}
    image.attrib |= {"src": address, "loading": "lazy"}
    paragraph.remove(image)
    SubElement(paragraph, "a", {"href": address, "target": "_blank", "rel": "noopener"}).append(image)

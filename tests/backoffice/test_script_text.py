"""Text of our own PDFs in every script: legible, in its direction, and what cannot be shown is known beforehand."""

from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from backoffice.paper.fonts import REGULAR, load_fonts
from backoffice.paper.fonts.shaping import MISSING, find_unprintable, is_plain, shape_line
from backoffice.paper.fonts.text import draw_text, text_block

NAMES = Path("tests/samples/reports/scripts-on-slips/recipients.txt").read_text().split("\n")
JAPANESE, KOREAN, ARABIC, HEBREW, THAI, EMOJI = NAMES[:6]
HINDI = "राजेश कुमार"


def style() -> ParagraphStyle:
    load_fonts()
    return ParagraphStyle("x", fontName=REGULAR, fontSize=20, leading=26)


def ink(text: str) -> bytes:
    """Return what is drawn of a text, as pixels."""
    target = BytesIO()
    canvas = Canvas(target, pagesize=(600, 200))
    block = text_block(text, style())
    block.wrap(500, 200)
    block.drawOn(canvas, 50, 50)
    canvas.save()
    document = pypdfium2.PdfDocument(target.getvalue())
    try:
        return document[0].render(scale=1, grayscale=True).to_pil().tobytes()
    finally:
        document.close()


def glyphs(text: str) -> list[int]:
    return [glyph for run in shape_line(text) for glyph, *_places in run.glyphs]


@pytest.mark.parametrize("name", [JAPANESE, KOREAN, ARABIC, HEBREW, THAI, HINDI])
def test_every_script_has_letters_of_its_own(name: str) -> None:
    assert find_unprintable(name) == ""
    assert 0 not in glyphs(name), "the glyph of a letter that the font does not have"
    assert ink(name) not in (ink(MISSING * len(name)), ink(""))


def test_hebrew_runs_from_right_to_left_and_its_numbers_from_left_to_right() -> None:
    shown = glyphs(HEBREW)
    assert shown == [glyph for letter in reversed(HEBREW) for glyph in glyphs(letter)]
    assert glyphs("רחוב 12")[:2] == glyphs("12")


def test_a_hebrew_word_among_latin_ones_keeps_its_place() -> None:
    assert glyphs("Tel שלום Aviv") == [*glyphs("Tel "), *glyphs("שלום"), *glyphs(" Aviv")]


def test_arabic_letters_join() -> None:
    apart = [glyph for letter in "محمد" for glyph in glyphs(letter)]
    assert sorted(glyphs("محمد")) != sorted(apart)


def test_hindi_vowels_stand_where_they_are_read() -> None:
    consonant = glyphs("क")
    assert glyphs("कि")[-1:] == consonant, "this vowel is written before its consonant"
    assert glyphs("की")[:1] == consonant


def test_what_no_font_has_is_named_and_shown_as_a_box() -> None:
    assert find_unprintable(f"{EMOJI} und 🎉🦄") == "🎉🦄"
    assert glyphs(EMOJI) == glyphs(f"Jana {MISSING}")


@pytest.mark.parametrize("hidden", ["\u200b", "\u200e", "\ufe0f", "\x00"])
def test_what_shows_nothing_is_no_missing_letter(hidden: str) -> None:
    assert find_unprintable(f"Jana{hidden}") == ""
    assert glyphs(f"Jana{hidden}") == glyphs("Jana")


@pytest.mark.parametrize("text", ["Jana Größer", "Łukasz Żółć", "Οδός 1", "Киев", "Émilie", "", "€ 12,50"])
def test_ordinary_letters_stay_letters_that_can_be_copied(text: str) -> None:
    assert is_plain(text)
    assert isinstance(text_block(text, style()), Paragraph)


@pytest.mark.parametrize("text", [JAPANESE * 20, f"{THAI} " * 10, THAI.replace(" ", "") * 10, f"{HEBREW} " * 10])
def test_long_lines_are_broken_and_nothing_is_lost(text: str) -> None:
    block = text_block(text, style())
    _width, height = block.wrap(200, 1000)
    assert height > style().leading
    assert "".join(block.lines).replace(" ", "") == text.replace(" ", "")


def test_what_is_typed_is_never_markup() -> None:
    assert text_block("<b>&amp;</b>", style()).text == "&lt;b&gt;&amp;amp;&lt;/b&gt;"
    assert glyphs(f"<b>{JAPANESE}</b>")[:3] == glyphs("<b>")


def test_a_single_line_can_be_drawn_anywhere() -> None:
    target = BytesIO()
    canvas = Canvas(target, pageCompression=0)
    draw_text(canvas, 10, 10, HEBREW, size=8)
    draw_text(canvas, 10, 30, "Jana", size=8)
    canvas.save()
    assert target.getvalue().count(b" c ") > 20, "outlines of the Hebrew letters"
    assert b"Tj" in target.getvalue()

"""One text has one spelling, and what cannot be kept is refused with its reason."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.text.cleaning import (
    MOST_MARKS,
    BadText,
    Forbidden,
    clean_code,
    clean_exact,
    clean_line,
    clean_paragraph,
    has_letter_or_digit,
    is_placeholder,
)

CLEANERS = [clean_line, clean_paragraph, clean_code]


@pytest.mark.parametrize("clean", CLEANERS)
@pytest.mark.parametrize(
    "blank",
    ["", " ", "\u00a0", "\u200b", "\u3000", "\ufeff", "\u00ad", "\u200d", "\u3164", "\u2800", "\ufe0f", "\t \r\n"],
)
def test_white_space_and_invisible_characters_alone_are_no_text(clean, blank: str):
    assert clean(blank) == clean(f" {blank}{blank}\u200b") == ""
    assert clean(f"{blank}Jana Größer{blank if blank != chr(0xFE0F) else ''}") == "Jana Größer"


@pytest.mark.parametrize("clean", CLEANERS)
def test_what_looks_alike_is_alike(clean):
    assert clean("Gro\u0308\u00dfer") == clean("Gr\u00f6\u00dfer") == "Größer"


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم",  # a Persian word with its joiner
        "👩\u200d👩\u200d👧",  # a family
        "\u2764\ufe0f",  # a red heart ends with what makes it red
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",  # the flag of Scotland, spelled with tags
        "O&#039;Brien",
        "'t Haantje",
        "Abu\u200fبكر",
    ],
)
def test_what_a_text_is_spelled_with_stays(text: str):
    assert clean_line(text) == clean_paragraph(text) == clean_line(f"\u200d {text}\u200b ") == text


def test_controls_of_direction_go_wherever_they_stand():
    assert clean_line("\u202d+49 30 1234\u202c") == "+49 30 1234"
    assert clean_line("Jana \u202egnirts\u202c X") == "Jana gnirts X"
    assert clean_paragraph("a\u2066b\u2069\nc") == "ab\nc"


def test_codes_have_no_invisible_characters_inside_either():
    assert clean_code(" AB\u200bC-1\ufeff") == "ABC-1"
    assert clean_code("jana\u00ad@example.com ") == "jana@example.com"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a\0b", Forbidden.NUL),
        ("\0", Forbidden.NUL),
        ("Jana\r\nBcc: x", Forbidden.LINE_END),
        ("a\nb", Forbidden.LINE_END),
        ("a\u2028b", Forbidden.LINE_END),
        ("a\x85b", Forbidden.LINE_END),
        ("a\tb", Forbidden.CONTROL),
        ("a\x1bb", Forbidden.CONTROL),
        ("a\x9fb", Forbidden.CONTROL),
        ("a\uffffb", Forbidden.CONTROL),
        ("a\ud83db", Forbidden.SURROGATE),
        ("ü\udc00", Forbidden.SURROGATE),
    ],
)
def test_a_line_refuses_what_cannot_be_kept_and_says_what_it_is(text: str, kind: Forbidden):
    for clean in (clean_line, clean_code, clean_exact):
        with pytest.raises(BadText) as refused:
            clean(text)
        assert refused.value.kind == kind
        assert refused.value.text


def test_a_paragraph_has_one_kind_of_line_ends():
    assert clean_paragraph(" a\r\nb\rc\u2028d\x0be\n\n") == "a\nb\nc\nd\ne"
    assert clean_paragraph("a\tb") == "a\tb"
    for text in ("a\0b", "a\nb\x07", "a\n\ud800"):
        with pytest.raises(BadText):
            clean_paragraph(text)


def test_what_is_exact_stays_as_it_came():
    assert clean_exact(" pa\u0308ss\u200b ") == " pa\u0308ss\u200b "


def test_a_letter_with_a_million_accents_costs_nothing():
    began = time.process_time()
    with pytest.raises(BadText) as refused:
        clean_line("a" + "\u0301\u0323" * 500_000)
    assert refused.value.kind == Forbidden.MARKS
    assert clean_line("a" + "\u0301" * MOST_MARKS + "x" * 1000)
    assert clean_line(" " * 1_000_000 + "ö" + "\u200b" * 1_000_000) == "ö"
    assert time.process_time() - began < 1


@pytest.mark.parametrize("text", ["", "-", "--", "\u2013", ".", "- -", "…", "//", "_", "~", "n.", "0", "ß", "🦄", "李"])
def test_dashes_and_dots_fill_a_field_without_saying_anything(text: str):
    assert is_placeholder(text) == (text not in ("n.", "0", "ß", "🦄", "李"))


def test_an_emoji_is_neither_letter_nor_digit():
    assert not has_letter_or_digit("🦄--")
    assert has_letter_or_digit("-٣-")


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str):
    for clean in CLEANERS:
        try:
            once = clean(text)
        except BadText:
            continue
        assert clean(once) == once == once.strip() == unicodedata.normalize("NFC", once)
        once.encode()
        assert "\0" not in once


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "Zs", "Mn", "Cf"]), max_size=400))
def test_what_is_said_is_never_lost(text: str):
    for clean in CLEANERS:
        kept = [
            char
            for char in unicodedata.normalize("NFC", text)
            if char.isalnum() and char not in "\u115f\u1160\u3164\uffa0"
        ]
        assert [char for char in clean(text) if char.isalnum()] == kept

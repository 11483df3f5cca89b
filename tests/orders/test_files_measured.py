"""What a PDF must be to fit a part: pages, trim box, page with bleed; and what is no usable PDF at all."""

import random
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import FloatObject, NameObject

from orders.services.files.pdf_checks import check_pdf
from orders.services.files.specs import Spec, specs_for
from tests.orders.pdfs import make_pdf

BODY = {"key": "body", "name": "Body of Pen", "requirements": {"width": 120, "height": 5, "bleed": 3, "pages": 1}}
CLIP = {"key": "clip", "name": "Clip of Pen", "requirements": {"width": 40, "height": 10, "bleed": 0, "pages": 1}}
PEN = Spec(width=120, height=5, bleed=3, pages=1)


def complaints(content: bytes, *specs: Spec) -> list[str]:
    return check_pdf(BytesIO(content), specs=list(specs))


@pytest.mark.parametrize(
    "content",
    [
        make_pdf((126, 11)),
        make_pdf((11, 126)),
        make_pdf((126, 11), trim=3),
        make_pdf((140, 25), trim=10),
        make_pdf((126.8, 10.2)),
    ],
    ids=["whole page", "upright", "with trim box", "with more around it", "within the tolerance"],
)
def test_a_file_of_the_parts_size_fits(content: bytes) -> None:
    assert complaints(content, PEN) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (make_pdf((120, 5)), "Page 1 is 120.0 × 5.0 mm; it should be 126 × 11 mm, with 3 mm of bleed"),
        (make_pdf((126, 11), trim=1), "The trim box of page 1 is 124.0 × 9.0 mm; it should be 120 × 5 mm"),
        (make_pdf((120, 5), trim=0), "with 3 mm of bleed on each side it should be 126 × 11 mm"),
        (make_pdf((210, 297)), "Page 1 is 210.0 × 297.0 mm"),
        (make_pdf((126, 11), pages=2), "The PDF has 2 pages; it should have 1."),
        (make_pdf((126, 11), password="x"), "password-protected"),
        (b"%PDF-1.7\nnothing", "damaged"),
        (make_pdf((126, 11))[:300], "damaged"),
    ],
)
def test_a_file_that_does_not_fit_says_where_what_and_how_it_should_be(content: bytes, words: str) -> None:
    [complaint] = complaints(content, PEN)
    assert words in complaint


def test_the_second_page_is_measured_too() -> None:
    writer = PdfWriter()
    for size in ((126, 11), (50, 50)):
        writer.add_blank_page(width=size[0] * 72 / 25.4, height=size[1] * 72 / 25.4)
    target = BytesIO()
    writer.write(target)
    assert "Page 2" in complaints(target.getvalue(), Spec(width=120, height=5, bleed=3, pages=2))[0]


def test_units_of_a_page_count() -> None:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(make_pdf((63, 5.5)))))
    writer.pages[0][NameObject("/UserUnit")] = FloatObject(2)
    target = BytesIO()
    writer.write(target)
    assert complaints(target.getvalue(), PEN) == []


def test_without_a_spec_any_pdf_with_pages_passes_and_an_empty_one_does_not() -> None:
    assert complaints(make_pdf((13, 17), pages=3)) == []
    assert "0 pages" in complaints(make_pdf(pages=0))[0]


def test_a_file_is_held_against_the_part_that_its_type_names() -> None:
    assert specs_for([BODY, CLIP], file_type="Clip") == [Spec(width=40, height=10, bleed=0, pages=1)]
    assert specs_for([BODY, CLIP], file_type="Body of Pen") == [PEN]


def test_a_file_of_an_unknown_type_may_be_for_any_part_but_must_fit_one() -> None:
    specs = specs_for([BODY, CLIP], file_type="front")
    assert complaints(make_pdf((40, 10)), *specs) == []
    assert complaints(make_pdf((126, 11)), *specs) == []
    assert len(complaints(make_pdf((90, 90)), *specs)) == 1


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [{"key": "x"}],
        [{"requirements": None}],
        ["nonsense"],
        [{"requirements": {"width": "wide", "height": [], "bleed": -1, "pages": float("nan")}}],
        [BODY, {"key": "free"}],
    ],
)
def test_parts_that_ask_for_nothing_let_any_file_pass(parts: list[Any]) -> None:
    assert specs_for(parts, file_type="") == []


def test_a_hundred_damaged_files_are_complaints_and_never_an_error_of_ours() -> None:
    dice, whole = random.Random(7), make_pdf((126, 11), trim=3, pages=2)
    for _ in range(100):
        broken = bytearray(whole)
        for _ in range(dice.randint(1, 40)):
            broken[dice.randrange(len(broken))] = dice.randrange(256)
        assert isinstance(complaints(bytes(broken), PEN), list)

"""PDFs and pictures that are made to cost memory, to run something, or to tell where somebody lives."""

import io
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, RectangleObject

from backoffice.files.types import PDF, UNKNOWN, content_type_of
from backoffice.web.file_answers import file_response
from orders.services.designs.pictures import NoPicture, draw_thumbnail
from orders.services.files.pdf_checks import check_pdf
from orders.services.files.specs import Spec

MIB = 1024 * 1024


def pdf(*, width: float = 200, height: float = 100, password: str = "") -> bytes:
    writer, target = PdfWriter(), io.BytesIO()
    page = writer.add_blank_page(200, 100)
    page[NameObject("/MediaBox")] = RectangleObject((0, 0, width, height))
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    writer.write(target)
    return target.getvalue()


@contextmanager
def at_most(*, seconds: float, megabytes: float) -> Iterator[None]:
    """Fail when it takes longer, or the process grows by more."""
    process = psutil.Process()
    began, before = time.process_time(), process.memory_info().rss
    yield
    assert time.process_time() - began < seconds
    assert process.memory_info().rss - before < megabytes * MIB


def complaints(content: bytes) -> list[str]:
    return check_pdf(io.BytesIO(content), specs=[])


@pytest.mark.parametrize("size", [(1e9, 1e9), (1e9, 1), (1, 1e9), (1e38, 1e38), (0, 0), (-5, -5), (0.001, 0.001)])
def test_a_page_of_any_size_is_measured_and_drawn_small(size: tuple[float, float]) -> None:
    content = pdf(width=size[0], height=size[1])
    with at_most(seconds=5, megabytes=100):
        spec = Spec(width=210, height=297, bleed=3, pages=0)
        assert check_pdf(io.BytesIO(content), specs=[spec])
        try:
            drawn = draw_thumbnail(content)
        except NoPicture:
            return
    picture = Image.open(io.BytesIO(drawn))
    assert max(picture.size) <= 320


def test_a_page_drawn_at_its_own_size_would_take_all_memory() -> None:
    """The control: a page of a million points has so many pixels that no process holds them."""
    reader = PdfReader(io.BytesIO(pdf(width=1e6, height=1e6)))
    box = reader.pages[0].mediabox
    assert box.width * box.height * 4 > 1e12


def test_a_protected_pdf_is_named_and_a_script_in_one_is_never_run() -> None:
    assert complaints(pdf(password="secret")) == ["The PDF is password-protected."]
    scripted = pdf().replace(b"/Type /Catalog", b"/Type /Catalog\n/OpenAction <</S /JavaScript /JS (app.alert(1))>>")
    assert b"app.alert" in scripted
    assert complaints(scripted) == []
    answer = file_response(scripted, content_type=content_type_of(scripted), name="x")
    assert answer["Content-Type"] == PDF
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_chain_of_filters_unpacks_to_no_more_than_is_allowed() -> None:
    """Zeros packed twice: a kilobyte that stands for a hundred million."""
    twice = zlib.compress(zlib.compress(bytes(100 * MIB), 1), 1)
    head = b"%PDF-1.7\n"
    table = (
        b"1 0 obj\n<</Type/XRef/Size 2/W[1 2 1]/Root 2 0 R/Filter[/FlateDecode/FlateDecode]/Length %d>>\nstream\n"
        % len(twice)
        + twice
        + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(head)
    )
    with at_most(seconds=5, megabytes=150):
        assert complaints(head + table) == ["The PDF is damaged and cannot be opened."]


def test_pages_that_are_their_own_parents_end() -> None:
    body = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 9999999>>endobj\n"
        b"trailer<</Root 1 0 R/Size 3>>\nstartxref\n0\n%%EOF\n"
    )
    with at_most(seconds=10, megabytes=150):
        assert complaints(body)


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 20), **options: object) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, "red").save(target, kind, **options)  # type: ignore[arg-type]
    return target.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_cut_anywhere_is_drawn_or_refused(kind: str) -> None:
    whole = picture(kind, size=(300, 200))
    for place in range(0, len(whole), max(1, len(whole) // 40)):
        try:
            draw_thumbnail(whole[:place])
        except NoPicture:
            continue


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    "content",
    [
        SVG,
        b'<?xml version="1.0"?>' + SVG,
        b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)//",
        b"<html><script>alert(1)</script></html>",
        b"BM" + b"\0" * 60,
        b"%!PS-Adobe-3.0\n(hostile) show",
    ],
)
def test_what_is_no_picture_of_ours_is_neither_drawn_nor_shown(content: bytes) -> None:
    with pytest.raises(NoPicture):
        draw_thumbnail(content)
    answer = file_response(content, content_type=content_type_of(content), name="x")
    assert answer["Content-Type"] == UNKNOWN
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]


def test_a_picture_with_a_page_behind_it_stays_a_picture() -> None:
    both = picture() + b"<html><script>alert(1)</script></html>"
    answer = file_response(both, content_type=content_type_of(both), name="x")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert b"script" not in draw_thumbnail(both), "what is drawn anew keeps nothing that was hidden in it"


def test_a_thumbnail_does_not_tell_where_the_picture_was_taken() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (IFDRational(52), IFDRational(31), IFDRational(12))
    exif[0x010F] = "hostile-camera"
    whole = picture("JPEG", exif=exif)
    assert b"hostile-camera" in whole
    drawn = draw_thumbnail(whole)
    assert b"hostile-camera" not in drawn
    assert not Image.open(io.BytesIO(drawn)).getexif()

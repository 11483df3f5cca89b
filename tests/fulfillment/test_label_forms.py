"""What a label may be: every PDF that readers open, a picture, a file that only its owner's password guards."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject

from backoffice.engine.services.files import open_file
from backoffice.files.pdf_marks import PdfMarks
from backoffice.sandbox import Sandbox
from backoffice.sandbox.mypromo import production as sandbox_production
from backoffice.sandbox.wire import Response
from fulfillment.models import Label, LabelResponse, LabelState
from fulfillment.services.labels import keep_label_copy
from fulfillment.services.papers import merge_papers
from fulfillment.services.picking import find_batch
from orders.services.files.pdf_checks import check_pdf
from tests.fulfillment.conftest import Make
from tests.orders.pdfs import make_pdf

pytestmark = pytest.mark.django_db
Fetch = Callable[[Label], Label]
SAMPLES = Path(__file__).parent.parent / "samples" / "reports" / "label-with-newline-before"
PDFS = ["newline-first.pdf", "zeros-behind-the-end.pdf"]
A6 = (105, 148)


def guarded(*, user: str = "") -> bytes:
    writer = PdfWriter()
    writer.append(PdfReader(BytesIO(make_pdf(A6))))
    writer.encrypt(user_password=user, owner_password="the printer's", algorithm="AES-256")
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def picture(kind: str, *, size: tuple[int, int] = (812, 1218), **more: object) -> bytes:
    target = BytesIO()
    mode = "RGBA" if kind == "PNG" else "RGB"
    Image.new(mode, size, "white").save(target, kind, **more)
    return target.getvalue()


def hand_out(monkeypatch: pytest.MonkeyPatch, content: bytes, kind: str = "application/pdf") -> None:
    """Let the vendor hand out this as the label, and count it."""
    monkeypatch.setattr(
        sandbox_production.Production,
        "_content",
        lambda self, file, made: Response(200, content, {"Content-Type": kind}),
    )


def pages_of(label: Label) -> list[tuple[float, float]]:
    """Return sizes in mm of the papers' pages, the label's last. The merchant supplied no slip."""
    label.production_order.files.all().delete()
    merged = PdfReader(BytesIO(merge_papers(find_batch([label.production_order_id]))))
    return [
        (round(float(p.mediabox.width) / 72 * 25.4), round(float(p.mediabox.height) / 72 * 25.4)) for p in merged.pages
    ]


LABELS = {
    "a line end before": (SAMPLES / PDFS[0]).read_bytes(),
    "zeros behind": (SAMPLES / PDFS[1]).read_bytes(),
    "1,000 bytes before, as many lines behind": b"x" * 1000 + make_pdf(A6) + b"\n" * 5000,
    "an owner's password": guarded(),
}


@pytest.mark.parametrize("content", LABELS.values(), ids=LABELS)
def test_what_every_reader_opens_is_kept_as_it_came_and_printed(
    content: bytes, sandbox: Sandbox, make: Make, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_out(monkeypatch, content)
    label = fetch(make("label").labels.get())
    assert (label.state, label.content_type) == (LabelState.KEPT, "application/pdf")
    with open_file(label) as file:
        assert file.read() == content
    assert len(pages_of(label)) == 3
    assert list(sandbox.ledger.label_downloads().values()) == [1]


@pytest.mark.parametrize(
    ("kind", "more", "size"),
    [
        ("PNG", {}, (105, 148)),
        ("JPEG", {}, (105, 148)),
        ("PNG", {"size": (1218, 812)}, (148, 105)),
        ("PNG", {"dpi": (203, 203)}, (102, 152)),
        ("PNG", {"dpi": (72, 72)}, (105, 148)),
    ],
)
def test_a_label_that_is_a_picture_is_printed_on_a_page_of_its_own(
    kind: str, more: dict, size: tuple[int, int], make: Make, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = picture(kind, **more)
    hand_out(monkeypatch, content, "application/octet-stream")
    label = fetch(make("label").labels.get())
    assert (label.state, label.content_type) == (LabelState.KEPT, f"image/{kind.lower()}")
    assert pages_of(label)[-1] == size


UNFIT = {
    "a password": (guarded(user="secret"), "password-protected"),
    "half a picture": (picture("PNG")[:400], "damaged"),
    "a damaged PDF": (b"%PDF-1.4\n%%EOF", "damaged"),
    "a page of words": (b"<html>Please wait</html>", "not a PDF"),
}


@pytest.mark.parametrize(("content", "words"), UNFIT.values(), ids=UNFIT)
def test_what_cannot_be_printed_is_kept_too_and_a_copy_stands_in_for_it(
    content: bytes, words: str, make: Make, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_out(monkeypatch, content)
    label = fetch(make("label").labels.get())
    answer = LabelResponse.objects.get(label=label)
    assert (label.state, label.is_kept) == (LabelState.LOST, False)
    assert words in answer.problem
    label = keep_label_copy(label, picture("PNG"), actor="bert")
    assert (label.state, label.content_type) == (LabelState.KEPT, "image/png")
    with open_file(answer) as file:  # still there beside it
        assert file.read() == content
    assert pages_of(label)[-1] == (105, 148)


def test_a_disk_that_refuses_a_label_changes_nothing_about_what_happened(
    sandbox: Sandbox, make: Make, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    label = fetch(make("label").labels.get())
    answer = LabelResponse.objects.get(label=label)
    assert (label.state, answer.is_kept) == (LabelState.LOST, False)
    assert "No space left" in answer.problem
    assert list(sandbox.ledger.label_downloads().values()) == [1]


@pytest.mark.parametrize("content", LABELS.values(), ids=LABELS)
def test_the_same_files_are_print_files(content: bytes) -> None:
    assert check_pdf(BytesIO(content), specs=[]) == []


class Counted(BytesIO):
    """A file that counts what is read of it."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        self.taken += len(piece)
        return piece


def heavy_pdf(size: int) -> bytes:
    """Return a PDF with that many bytes which nobody asks for."""
    writer, stream, target = PdfWriter(), DecodedStreamObject(), BytesIO()
    writer.add_blank_page(*A6)
    stream.set_data(b"x" * size)
    writer._add_object(stream)
    writer.write(target)
    return target.getvalue()


@pytest.mark.parametrize("before", [b"", b"\n", b"x" * 1000])
def test_of_a_large_file_only_what_is_asked_for_is_read_whatever_stands_before_it(before: bytes) -> None:
    content = Counted(before + heavy_pdf(2_000_000))
    assert check_pdf(content, specs=[]) == []
    assert content.taken < 200_000


def test_places_counted_from_the_first_byte_are_found_too() -> None:
    whole = make_pdf(A6)
    place = whole.index(b"startxref\n") + 10
    shifted = re.sub(rb"(?m)^(\d{10})(?= \d{5} n)", lambda one: b"%010d" % (int(one[1]) + 7), whole)
    end = shifted.index(b"\n", place)
    shifted = shifted[:place] + b"%d" % (int(whole[place : whole.index(b"\n", place)]) + 7) + shifted[end:]
    assert check_pdf(BytesIO(b"7 bytes" + shifted), specs=[]) == []


def test_a_print_file_that_opens_with_a_password_only_is_called_protected() -> None:
    assert check_pdf(BytesIO(guarded(user="x")), specs=[]) == ["The PDF is password-protected."]


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_a_pdf_shows_its_marks_in_pieces_of_any_size(size: int) -> None:
    whole = make_pdf(A6)
    for content, expected in [
        (whole, True),
        (b"\n" * 1000 + whole + b"\0" * 5000, True),
        (b"\n" * 1025 + whole, False),
        (whole[:-20], False),
        (whole + b"\n12 0 obj\n<< /Length 5", False),  # the rest of a file that is shown while it loads
    ]:
        marks = PdfMarks()
        for start in range(0, len(content), size):
            marks.add(content[start : start + size])
        assert marks.is_whole == expected, content[:40]

"""Designs: what a report changes, how orders find them, what is drawn of them."""

from io import BytesIO

import pytest
from django.db import IntegrityError
from PIL import Image

from backoffice.vendors.design_messages import DesignReport, RemoteDesignState
from orders.models import DesignState
from orders.services.designs import pictures
from orders.services.designs.editor import record_design
from orders.services.designs.ids import find_designs, vendor_ids
from orders.services.designs.pictures import NoPicture, content_type_of, draw_thumbnail
from tests.orders.designs import make_design
from tests.orders.pdfs import make_pdf


def report(**changes: object) -> DesignReport:
    facts: dict[str, object] = {"vendor_id": "9", "sku": "A", "state": RemoteDesignState.OPEN, "raw_state": "PENDING"}
    return DesignReport(**facts | changes)  # type: ignore[arg-type]


def test_a_report_moves_a_design_on_and_never_back(db: None) -> None:
    design = make_design()
    record_design(design, report(sku="B", state=RemoteDesignState.SUBMITTED, raw_state="SUBMITTED"))
    record_design(design, report(sku="A", state=RemoteDesignState.OPEN))
    design.refresh_from_db()
    assert (design.state, design.sku, design.sku_changed, design.is_orderable) == ("submitted", "B", True, True)
    ended = design.submitted_at
    record_design(design, report(sku="B", state=RemoteDesignState.READY, raw_state="READY"))
    assert (design.state, design.submitted_at) == (DesignState.READY, ended)


def test_a_word_we_do_not_know_is_kept_and_changes_nothing_else(db: None) -> None:
    design = make_design(state=DesignState.SUBMITTED)
    record_design(design, report(sku="Z", state=RemoteDesignState.UNKNOWN, raw_state="EXPIRED"))
    design.refresh_from_db()
    assert (design.state, design.raw_state, design.sku) == ("submitted", "EXPIRED", "A")


def test_every_state_of_a_vendor_is_one_of_ours() -> None:
    assert [state.value for state in RemoteDesignState] == DesignState.values


def test_orders_find_designs_by_either_id_in_one_query_and_ask_nothing_without_one(
    db: None, django_assert_num_queries
) -> None:
    ours, theirs = make_design(vendor_id="9"), make_design(vendor_id="10")
    with django_assert_num_queries(1):
        found = find_designs([ours.public_id, 10, None, "77"])
    assert found == {ours.public_id: ours, "10": theirs}
    with django_assert_num_queries(0):
        assert find_designs([None, ""]) == {}
        assert vendor_ids(["9", ""]) == {}
    with django_assert_num_queries(1):
        assert vendor_ids([ours.public_id, "9"]) == {ours.public_id: "9"}


def test_one_vendors_design_is_one_row(db: None) -> None:
    make_design(vendor_id="9")
    with pytest.raises(IntegrityError):
        make_design(vendor_id="9")


def test_pictures_and_pdfs_become_small_pictures() -> None:
    target = BytesIO()
    Image.new("RGBA", (2000, 500), "red").save(target, "PNG")
    for content, size in ((target.getvalue(), (320, 80)), (make_pdf((100, 200)), (160, 320))):
        drawn = Image.open(BytesIO(draw_thumbnail(content)))
        assert (drawn.format, drawn.size) == ("PNG", size)


def broken_png() -> bytes:
    """Return a PNG of which a later piece is damaged, for which Pillow has a SyntaxError."""
    target = BytesIO()
    Image.effect_noise((400, 400), 50).save(target, "PNG")
    first, second, *rest = target.getvalue().split(b"IDAT")
    return first + b"IDAT" + second + b"\0\1\2\3" + b"IDAT".join(rest)


def test_of_a_broken_png_nothing_is_drawn() -> None:
    with pytest.raises(SyntaxError):
        Image.open(BytesIO(broken_png())).load()
    with pytest.raises(NoPicture):
        draw_thumbnail(broken_png())


@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.7 broken", b"\x89PNG\r\n\x1a\n broken", b"<svg/>"])
def test_of_what_is_no_picture_nothing_is_drawn(content: bytes) -> None:
    with pytest.raises(NoPicture):
        draw_thumbnail(content)


def test_a_picture_of_too_many_pixels_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    target = BytesIO()
    Image.new("1", (300, 300)).save(target, "PNG")
    monkeypatch.setattr(pictures, "MAX_PIXELS", 50_000)
    with pytest.raises(NoPicture, match="too many"):
        draw_thumbnail(target.getvalue())


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.4", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"<html><script>", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_the_type_of_a_preview_is_told_by_its_bytes(content: bytes, kind: str) -> None:
    assert content_type_of(content) == kind

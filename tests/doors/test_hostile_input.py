"""What is sent to do harm: texts that cost time, files that unpack to more than memory, entities, addresses."""

import io
import time
import zipfile
import zlib

import pytest
from django.contrib.auth.models import User
from django.test import Client
from openpyxl import Workbook

from backoffice.errors import InvalidInput
from backoffice.masking import mask
from backoffice.tables.reading import read_rows
from orders.services.designs.pictures import NoPicture, draw_thumbnail
from orders.services.files.pdf_checks import check_pdf
from orders.services.spellings import _CORE, words_of

LONG = 100_000


@pytest.mark.parametrize(
    "text",
    [
        "a" * LONG, "Bearer " * (LONG // 7), "Bearer" + " " * LONG, '"token":"' + "\\" * LONG, '"token"' + " " * LONG,
        "http://" + "a" * LONG, "a://b" * (LONG // 5), "/callbacks/a/b/" * (LONG // 15), "?token=" * (LONG // 7),
    ],
)  # fmt: skip
def test_masking_takes_time_by_length_only(text: str) -> None:
    begin = time.process_time()
    mask(text)
    assert time.process_time() - begin < 1


def test_words_are_found_in_time_by_length_only() -> None:
    begin = time.process_time()
    assert words_of("(Größer), --- a" + "!" * LONG + "b " + "!" * LONG)[:2] == ["grosser", f"a{'!' * 199}"]
    assert _CORE.search("!" * LONG) is None
    assert time.process_time() - begin < 1


def workbook(**parts: bytes) -> bytes:
    """Return a workbook with one cell, whose parts are replaced by these."""
    book, plain, target = Workbook(), io.BytesIO(), io.BytesIO()
    book.active["A1"] = "sku"
    book.save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for info in source.infolist():
            name = info.filename.rpartition("/")[2].partition(".")[0]
            made.writestr(info.filename, parts.get(name, source.read(info.filename)))
    return target.getvalue()


STRINGS = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&x;</t></si></sst>'


def entities(*declared: bytes) -> bytes:
    return b'<?xml version="1.0"?><!DOCTYPE sst [' + b"".join(declared) + b"]>" + STRINGS


def test_entities_of_a_workbook_read_no_files_and_grow_into_nothing() -> None:
    laughs = [b'<!ENTITY a0 "' + b"ha" * 50 + b'">']
    laughs += [b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 50) for n in range(1, 8)]
    for declared in ([b'<!ENTITY x SYSTEM "file:///etc/passwd">'], [*laughs, b'<!ENTITY x "&a7;">']):
        begin = time.process_time()
        try:
            rows = list(read_rows(workbook(sharedStrings=entities(*declared))))
        except InvalidInput:
            rows = []
        assert "root:" not in str(rows)
        assert len(str(rows)) < 1_000_000
        assert time.process_time() - begin < 5


def test_a_pdf_that_unpacks_to_more_than_memory_is_refused() -> None:
    packed = zlib.compress(bytes(100 * 1024 * 1024), 9)
    head = b"%PDF-1.7\n"
    table = (
        b"1 0 obj\n<</Type/XRef/Size 2/W[1 2 1]/Root 2 0 R/Filter/FlateDecode/Length %d>>\nstream\n" % len(packed)
        + packed + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(head)
    )  # fmt: skip
    begin = time.process_time()
    assert check_pdf(io.BytesIO(head + table), specs=[]) == ["The PDF is damaged and cannot be opened."]
    assert time.process_time() - begin < 5


def test_a_picture_that_claims_more_than_memory_is_not_drawn() -> None:
    size = (60_000).to_bytes(4, "big")
    header = b"IHDR" + size + size + b"\x08\x02\x00\x00\x00"
    chunk = (13).to_bytes(4, "big") + header + zlib.crc32(header).to_bytes(4, "big")
    with pytest.raises(NoPicture):
        draw_thumbnail(b"\x89PNG\r\n\x1a\n" + chunk)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "http:///evil.example",
     "\x01//evil.example", "https:evil.example"],
)  # fmt: skip
def test_signing_in_leads_nowhere_else(target: str) -> None:
    User.objects.create_user("anna", password="right-password-1", is_staff=True)
    form = {"username": "anna", "password": "right-password-1", "next": target}
    answer = Client().post("/admin/login/", form)
    assert answer.status_code == 302
    assert answer["Location"] == "/admin/"
    answer = Client().post("/i18n/setlang/", {"language": "de", "next": target})
    assert "evil" not in answer["Location"]

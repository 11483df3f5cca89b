"""Workbooks that are made to cost memory, time or secrets. Each probe is shown to bite where the guard is off."""

import io
import socket
import time
import tracemalloc
import xml.sax
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from xml.sax.handler import feature_external_ges

import pytest
from openpyxl import Workbook

from backoffice.errors import InvalidInput
from backoffice.tables.reading import read_table

MIB = 1024 * 1024
SHEET, SHARED = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
HEAD = '<?xml version="1.0"?>'
ROWS = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
END = "</sheetData></worksheet>"
TITLE = '<row r="1"><c t="inlineStr"><is><t>sku</t></is></c></row>'


def book(sheet: Iterator[str] | str, *, more: int = 0) -> bytes:
    """Return a workbook whose sheet is this text, with so many further files."""
    plain, made = io.BytesIO(), io.BytesIO()
    Workbook().save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for info in old.infolist():
            if info.filename != SHEET:
                new.writestr(info.filename, old.read(info))
        with new.open(SHEET, "w") as file:
            for piece in [sheet] if isinstance(sheet, str) else sheet:
                file.write(piece.encode())
        for number in range(more):
            new.writestr(f"xl/media/{number}.bin", b"")
    return made.getvalue()


def repeated(piece: str, *, times: int) -> Iterator[str]:
    """Yield a sheet with the piece so often between a title and its end."""
    yield HEAD + ROWS + TITLE
    block = piece * 1000
    for _again in range(times // 1000):
        yield block
    yield END


def read(content: bytes, *, most_unpacked: int = 1024 * MIB) -> int:
    """Return the number of rows that are read."""
    return sum(1 for _row in read_table(content, most_rows=1_000_000, most_unpacked=most_unpacked).rows)


@contextmanager
def at_most(*, seconds: float, megabytes: float) -> Iterator[None]:
    tracemalloc.start()
    began = time.process_time()
    try:
        yield
        assert time.process_time() - began < seconds
        assert tracemalloc.get_traced_memory()[1] < megabytes * MIB
    finally:
        tracemalloc.stop()


def test_a_workbook_that_unpacks_to_much_more_is_refused_before_it_is_unpacked() -> None:
    content = book(repeated(" " * 1000, times=20_000))
    assert len(content) * 50 < 20 * MIB
    with at_most(seconds=1, megabytes=5), pytest.raises(InvalidInput, match="too large"):
        read(content, most_unpacked=10 * MIB)
    assert read(content, most_unpacked=40 * MIB) == 0, "with a higher limit it would be unpacked"


def test_a_size_that_lies_opens_no_door() -> None:
    """What the archive says of a file's size is all that is unpacked of it."""
    content = bytearray(book(repeated(" " * 1000, times=20_000)))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo(SHEET).file_size.to_bytes(4, "little")
    for _both in range(2):
        place = bytes(content).rfind(size)
        if place > 0:
            content[place : place + 4] = (900).to_bytes(4, "little")
    with at_most(seconds=1, megabytes=5), pytest.raises(InvalidInput):
        read(bytes(content), most_unpacked=10 * MIB)


def test_empty_cells_without_end_leave_nothing_in_memory() -> None:
    content = book(repeated("<row><c/><c/><c/><c/><c/></row>", times=10_000))
    with at_most(seconds=4, megabytes=5):
        assert read(content) == 0


def test_a_row_of_too_many_cells_is_refused() -> None:
    with at_most(seconds=8, megabytes=60), pytest.raises(InvalidInput):
        read(book(HEAD + ROWS + TITLE + "<row>" + "<c><v>1</v></c>" * 17_000 + "</row>" + END))


def test_deep_nesting_ends_no_process() -> None:
    deep = 40_000
    content = book(HEAD + ROWS + TITLE + "<a>" * deep + "</a>" * deep + END)
    with at_most(seconds=8, megabytes=200), suppress(InvalidInput):
        assert read(content) == 0


def test_entities_that_grow_with_the_square_are_refused() -> None:
    bomb = f'{HEAD}<!DOCTYPE x [<!ENTITY a "{"a" * 100_000}">]>'
    cell = f'<row><c t="inlineStr"><is><t>{"&a;" * 2000}</t></is></c></row>'
    with at_most(seconds=5, megabytes=60), pytest.raises(InvalidInput):
        read(book(bomb + ROWS + TITLE + cell + END))


@contextmanager
def listener() -> Iterator[tuple[str, list[bytes]]]:
    """Yield an address and what was asked there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.3)
        asked: list[bytes] = []
        yield f"http://127.0.0.1:{server.getsockname()[1]}/x.dtd", asked
        try:
            line, _peer = server.accept()
            asked.append(line.recv(100))
            line.close()
        except TimeoutError:
            pass


EXTERNAL = (
    '<!DOCTYPE x SYSTEM "{url}">',
    '<!DOCTYPE x [<!ENTITY % p SYSTEM "{url}"> %p;]>',
    '<!DOCTYPE x [<!ENTITY e SYSTEM "{url}">]>',
)


@pytest.mark.parametrize("declared", EXTERNAL)
def test_nothing_is_fetched_for_an_entity_from_elsewhere(declared: str) -> None:
    with listener() as (url, asked), suppress(InvalidInput):
        read(book(HEAD + declared.format(url=url) + ROWS + TITLE + "<row><c><v>&e;</v></c></row>" + END))
    assert not asked


def test_a_parser_that_fetches_entities_would_be_noticed() -> None:
    parser = xml.sax.make_parser()
    parser.setFeature(feature_external_ges, True)
    with listener() as (url, asked):
        socket.setdefaulttimeout(0.2)
        try:
            parser.parse(io.StringIO(f'<!DOCTYPE x [<!ENTITY e SYSTEM "{url}">]><x>&e;</x>'))
        except (OSError, xml.sax.SAXException):
            pass
        finally:
            socket.setdefaulttimeout(None)
    assert asked


def test_two_thousand_files_in_a_workbook_cost_little() -> None:
    with at_most(seconds=4, megabytes=60):
        assert read(book(HEAD + ROWS + TITLE + END, more=2_000)) == 0

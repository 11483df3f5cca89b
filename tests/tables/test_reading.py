"""Files that people send: every way in which Excel, LibreOffice and libraries write them, and what is no table."""

import io
import re
import time
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from openpyxl import Workbook

from backoffice.errors import InvalidInput
from backoffice.tables.cells import CellFault, is_datetime
from backoffice.tables.reading import Table, read_table

SAMPLES = Path(__file__).parent.parent / "samples" / "reports"


def read(content: bytes, *, most_rows: int = 1000) -> tuple[Table, list[list[Any]]]:
    """Return the table, and the cells of its rows by the header's places."""
    table = read_table(content, most_rows=most_rows)
    return table, [[row.cells.get(place) for place in range(len(table.header))] for row in table.rows]


def problems(content: bytes) -> list[str]:
    table = read_table(content, most_rows=1000)
    return [row.problem(table.header) for row in table.rows]


def written(*rows: list[Any]) -> bytes:
    file = io.BytesIO()
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def changed(content: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """Return the workbook with one of its files changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            text = old.read(info)
            new.writestr(info.filename, change(text.decode()).encode() if info.filename == part else text)
    return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
ROWS = (["sku", "sales"], ["A", 1.5], ["B", 2])


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("xlsx-*/*.xlsx")), ids=lambda path: path.stem)
def test_a_workbook_is_read_whatever_it_says_of_itself(path: Path) -> None:
    table, rows = read(path.read_bytes())
    assert list(table.header.values()) == ["sku", "quantity", "sales"]
    assert len(rows) == (4 if "four-rows" in path.stem else 10)
    assert None not in [cell for row in rows for cell in row]


def test_rows_without_a_value_do_not_count() -> None:
    content = (SAMPLES / "far-away-row" / "tall.xlsx").read_bytes()
    assert len(read(content, most_rows=10)[1]) == 10
    with pytest.raises(InvalidInput, match="at most 9 rows"):
        read(content, most_rows=9)
    assert len(read(b"sku,sales\n" + b",\n" * 5000 + b"A,1\n", most_rows=1)[1]) == 1


def test_a_row_is_named_as_the_spreadsheet_numbers_it() -> None:
    content = changed(written(*ROWS), SHEET, lambda text: text.replace('r="3"', 'r="70"').replace('r="A3"', 'r="A70"'))
    assert [row.number for row in read_table(content, most_rows=9).rows] == [2, 70]
    assert [row.number for row in read_table(b"\n\nsku\n\nA\n", most_rows=9).rows] == [5]


def test_a_blank_cell_an_error_and_a_formula_without_a_result_are_three_things() -> None:
    _table, [row] = read(written(["a", "b", "c", "d"], ["x", None, "#N/A", "=1+1"]))
    assert row == ["x", None, CellFault("#N/A"), CellFault()]
    texts = problems((SAMPLES / "error-values" / "texts_errors.xlsx").read_bytes())
    assert "#N/A" in texts[0]
    assert (
        problems((SAMPLES / "formulas-without-values" / "real_formula.xlsx").read_bytes())
        == [("sales: a formula without a result: open the file in a spreadsheet program, save it and upload it again.")]
        * 4
    )


@pytest.mark.parametrize("text", ["#N/A", "#NV", "#BEZUG!", "#VALEUR!", "#DIV/0!", "Err:502", "#######"])
def test_an_error_that_a_spreadsheet_saved_as_text_is_one_in_csv_too(text: str) -> None:
    assert text in problems(f"sku,meta_title\nA,{text}\n".encode())[0]
    assert problems(b"sku,meta_title\nA,#1 pens\n") == [""]


def test_results_that_a_library_made_up_are_not_taken_for_calculated_ones() -> None:
    """XlsxWriter stores 0 for every formula and asks to have it calculated on opening."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["sku", "sales"])
    sheet.write_row(1, 0, ["A"])
    sheet.write_formula(1, 1, "=ROUND(11.95*1.05,2)")
    book.close()
    assert "without a result" in problems(file.getvalue())[0]
    # As Excel saves it after calculating.
    content = changed(file.getvalue(), "xl/workbook.xml", lambda text: text.replace(' fullCalcOnLoad="1"', ""))
    content = changed(content, SHEET, lambda text: text.replace("</f><v>0</v>", "</f><v>12.55</v>"))
    assert read(content)[1] == [["A", 12.55]]


def test_a_formula_whose_result_is_an_empty_text_is_blank() -> None:
    content = changed(
        written(["sku", "meta_title"], ["A", "=1"]),
        SHEET,
        # The library writes "<v />" or, where lxml is installed, "<v/>" or both tags.
        lambda text: re.sub(r'<c r="B2"><f>1</f><v ?/?>(</v>)?', '<c r="B2" t="str"><f>""</f><v></v>', text),
    )
    assert '<f>""</f>' in zipfile.ZipFile(io.BytesIO(content)).read(SHEET).decode()
    content = changed(content, "xl/workbook.xml", lambda text: text.replace('fullCalcOnLoad="1"', ""))
    assert read(content)[1] == [["A", None]]


def test_a_date_is_known_for_one_and_its_number_for_no_price() -> None:
    """A spreadsheet makes 1 May of "1.5"; the number behind it would be a price of 46,143."""
    _table, [row] = read(written(["a", "b", "c"], [datetime(2026, 5, 1), date(2026, 5, 1), 46143]))
    assert [is_datetime(cell) for cell in row] == [True, True, False]


def test_a_strict_workbook_is_read() -> None:
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    content = written(*ROWS)
    for part in (SHEET, "xl/workbook.xml"):
        content = changed(
            content,
            part,
            lambda text: text.replace("http://schemas.openxmlformats.org/spreadsheetml/2006/main", strict),
        )
    assert read(content)[1] == [["A", 1.5], ["B", 2]]


def test_the_first_sheet_that_people_see_is_read() -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["hidden"])
    book.active.sheet_state = "hidden"
    for row in ROWS:
        book.create_sheet("shown", 1) if len(book.sheetnames) == 1 else None
        book["shown"].append(row)
    file = io.BytesIO()
    book.save(file)
    assert list(read(file.getvalue())[0].header.values()) == ["sku", "sales"]


def test_characters_that_xml_cannot_carry_are_read_as_they_were() -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    book.add_worksheet().write_column(0, 0, ["text", "a\x0bb", "_x0041_", " spaces "])
    book.close()
    assert read(file.getvalue())[1] == [["a\x0bb"], ["_x0041_"], [" spaces "]]


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("more-cells-than-columns/*.csv")), ids=lambda path: path.stem)
def test_more_filled_cells_than_columns_are_a_problem_of_their_row(path: Path) -> None:
    assert ["has no name" in text for text in problems(path.read_bytes())] == [True]


def test_a_cell_in_a_column_without_a_name_is_one_too_many() -> None:
    """Excel pads the header when one row is longer, which must not make the cell a column."""
    assert problems(b"sku;sales;\nA;1;\nB;1;95\nC;1;  \n") == [
        "",
        "Column C has no name, but this row has “95” there. Is a value with a comma missing its quotation marks?",
        "",
    ]
    assert "Column D" in problems(written(["sku", "sales"], ["A", 1, None, "note"]))[0]


@pytest.mark.parametrize("name", ["unicode-text", "sep-line", "blank-first-line"])
def test_csv_is_read_as_excel_saves_it(name: str) -> None:
    table, rows = read((SAMPLES / "csv-of-excel" / f"{name}.csv").read_bytes())
    assert list(table.header.values()) == ["sku", "quantity", "sales"]
    assert rows == [["TESTPRODUCT-stock", "1", "11,95"]]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("utf-8", b""), ("utf-8-sig", b""), ("utf-16", b""), ("utf-16-be", b"\xfe\xff"), ("cp1252", b"")],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_letters_delimiters_and_line_ends_do_not_matter(encoding: str, mark: bytes, delimiter: str, end: str) -> None:
    lines = [["sku", '"name; or, title"'], ["A", "Füller €"], ["B", '"two' + end + 'lines"']]
    text = end.join(delimiter.join(line) for line in lines) + end
    table, rows = read(mark + text.encode(encoding))
    assert list(table.header.values()) == ["sku", "name; or, title"]
    assert rows == [["A", "Füller €"], ["B", f"two{end}lines"]]


def test_a_text_that_begins_like_an_archive_is_a_text() -> None:
    table, rows = read(b"PKZ,name\n1,a\n")
    assert (list(table.header.values()), rows) == (["pkz", "name"], [["1", "a"]])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("sku\nžluťoučký\x8d".encode("cp1250", "replace") + b"\x8d\x81", "CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "XLSX"),
        (b"%PDF-1.7", "neither"),
        (b"<html><body>Sign in</body></html>", "neither"),
        (b'{"message": "no"}', "neither"),
        (b"\x00\x01\x02", "neither"),
        ("sku".encode("utf-16-le"), "neither"),
        (b"PK\x03\x04nonsense", "This workbook cannot be read"),
        (b'sku,name\nA,"no end\nB,b\n', "quotation mark"),
        (b"sku,name\nA," + b"x" * 200_000, "too long"),
    ],
    ids=["other letters", "xls", "pdf", "html", "json", "binary", "no mark", "no zip", "open quote", "endless cell"],
)
def test_what_cannot_be_read_is_refused_with_the_way_out(content: bytes, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        read(content)


@pytest.mark.parametrize("part", ["xl/workbook.xml", SHEET, "xl/styles.xml", "[Content_Types].xml", "_rels/.rels",
                                  "xl/_rels/workbook.xml.rels"])  # fmt: skip
@pytest.mark.parametrize("damage", ["empty", "half", "garbage", "text"])
def test_a_damaged_workbook_is_refused_or_read_whole(part: str, damage: str) -> None:
    damages: dict[str, Callable[[str], str]] = {
        "empty": lambda text: "",
        "half": lambda text: text[: len(text) // 2],
        "garbage": lambda text: text.replace('"', "'").replace("=", "&"),
        "text": lambda text: text.replace(">", ">x", 4).replace('="', '="?'),
    }
    try:
        _table, rows = read(changed(written(*ROWS), part, damages[damage]))
    except InvalidInput:
        return
    assert rows == [["A", 1.5], ["B", 2]]


def test_a_flipped_byte_is_noticed_at_the_end_of_the_sheet() -> None:
    content = bytearray(written(*ROWS))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        info = archive.getinfo(SHEET)
        sheet = archive.read(SHEET)
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as new:
        for one in old.infolist():
            new.writestr(one.filename, old.read(one))
    stored = file.getvalue()
    place = stored.index(sheet) + sheet.index(b"<v>1.5</v>") + 3
    with pytest.raises(InvalidInput):
        read(stored[:place] + b"9" + stored[place + 1 :])
    assert info.CRC


def test_entities_that_grow_without_measure_are_refused_at_once() -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{entities}]>'
    content = changed(written(*ROWS), SHEET, lambda text: bomb + text.replace("<t>A</t>", "<t>&l11;</t>"))
    begin = time.process_time()
    with pytest.raises(InvalidInput):
        read(content)
    assert time.process_time() - begin < 5


def test_endless_lines_of_nothing_cost_no_time() -> None:
    begin = time.process_time()
    assert read(b"," * 2_000_000 + b"\n" + b" \n" * 500_000 + b"sku,sales\nA,1\n")[1] == [["A", "1"]]
    assert time.process_time() - begin < 5


def test_a_cell_far_to_the_right_costs_nothing() -> None:
    content = changed(written(*ROWS), SHEET, lambda text: text.replace('r="B3"', 'r="XFD3"'))
    assert "Column XFD" in problems(content)[1]
    with pytest.raises(InvalidInput):
        read(changed(written(*ROWS), SHEET, lambda text: text.replace('r="B3"', 'r="XFE3"')))

"""Jobs: what became of a batch, by reading, list, callback and report."""

import io
import json
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as options
from hypothesis import strategies as st
from openpyxl import Workbook

from backoffice.vendors.addresses import UnsafeUrl
from backoffice.vendors.base import InvalidCallback
from backoffice.vendors.batch_messages import (
    FINAL_JOB_STATES,
    JobReport,
    RemoteJobRow,
    RemoteJobState,
    UnreadableReport,
)
from backoffice.vendors.errors import VendorProtocolError, VendorUnavailable
from backoffice.vendors.mypromo import job_table
from backoffice.vendors.mypromo.adapter import MyPromo, MyPromoFulfiller
from tests.vendors.loopback import reply
from tests.vendors.mypromo.conftest import Speak, SpeakAsFulfiller
from tests.vendors.mypromo.samples import sample, sample_json

JOB = sample_json("jobs.get.200.json")
FAILED = JobReport(
    vendor="mypromo",
    vendor_id="123",
    state=RemoteJobState.ERROR,
    raw_state="ERROR",
    text="100 of 500 entries contain errors.",
    report_url="https://api.mypromo.com/v1/XHLRZETDF8J4",
    added_at=datetime(2019, 8, 20, 22, 59, 59, tzinfo=UTC),
    processed_at=datetime(2019, 8, 20, 23, 59, 59, tzinfo=UTC),
)
DONE = JobReport(
    vendor="mypromo",
    vendor_id="124",
    state=RemoteJobState.SUCCESS,
    raw_state="SUCCESS",
    report_url="https://api.mypromo.com/v1/XHLRZETDF8J6",
    added_at=datetime(2019, 8, 22, 22, 59, 59, tzinfo=UTC),
    processed_at=datetime(2019, 8, 22, 23, 59, 59, tzinfo=UTC),
)


def test_a_job_is_read(speak: Speak) -> None:
    mypromo, server = speak(reply(200, sample("jobs.get.200.json")))
    assert mypromo.read_job("123") == FAILED
    assert server.seen[0].path == "/mypromo/v1/jobs/123"


def test_a_job_that_is_not_known_is_queued(speak: Speak) -> None:
    mypromo, server = speak(reply(404, sample("jobs.get.404.json")))
    assert mypromo.read_job("123") == JobReport(vendor="mypromo", vendor_id="123", state=RemoteJobState.QUEUED)
    assert len(server.seen) == 1


def test_a_job_that_cannot_be_asked_for_now_is_not_queued(speak: Speak) -> None:
    mypromo, _ = speak(reply(503))
    with pytest.raises(VendorUnavailable):
        mypromo.read_job("123")


def test_jobs_are_listed_at_the_address_with_the_slash(speak: Speak) -> None:
    mypromo, server = speak(reply(200, sample("jobs.list.200.json")))
    assert list(mypromo.list_jobs()) == [FAILED, DONE]
    assert server.seen[0].path == "/mypromo/v1/jobs/?page=1&per_page=15"


def test_a_list_of_jobs_that_is_not_found_is_empty(speak: Speak) -> None:
    mypromo, _ = speak(reply(404, sample("jobs.list.404.json")))
    assert list(mypromo.list_jobs()) == []


def test_a_job_in_the_list_that_cannot_be_read_is_told(speak: Speak) -> None:
    mypromo, _ = speak(reply(200, json.dumps({"data": [JOB, {"job_id": None}]})))
    with pytest.raises(VendorProtocolError):
        list(mypromo.list_jobs())


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("SCHEDULED", RemoteJobState.SCHEDULED),
        ("PROCESSING", RemoteJobState.PROCESSING),
        ("SUCCESS", RemoteJobState.SUCCESS),
        ("SUCCESSS", RemoteJobState.SUCCESS),
        ("success", RemoteJobState.SUCCESS),
        ("ERROR", RemoteJobState.ERROR),
        ("CANCELED", RemoteJobState.CANCELLED),
        ("CANCELLED", RemoteJobState.CANCELLED),
        ("STUCK", RemoteJobState.UNKNOWN),
    ],
)
@pytest.mark.parametrize("adapter", [MyPromo, MyPromoFulfiller])
def test_each_word_for_a_jobs_state_is_ours_or_unknown_and_kept(adapter: Any, word: str, state: RemoteJobState) -> None:
    (report,) = adapter.read_callback("jobs", json.dumps(JOB | {"status": word}).encode())
    assert (report.state, report.raw_state, report.vendor) == (state, word, adapter.name)


def test_a_job_is_over_when_it_succeeded_failed_or_was_cancelled() -> None:
    assert {RemoteJobState.SUCCESS, RemoteJobState.ERROR, RemoteJobState.CANCELLED} == FINAL_JOB_STATES


def test_what_is_missing_or_odd_in_a_job_is_not_given() -> None:
    body = {"job_id": 5, "status": "SCHEDULED", "report": "javascript:alert(1)", "added": "soon", "message": None}
    assert MyPromo.read_callback("jobs", json.dumps(body).encode()) == (
        JobReport(vendor="mypromo", vendor_id="5", state=RemoteJobState.SCHEDULED, raw_state="SCHEDULED"),
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        json.dumps(JOB | {"job_id": None}).encode(),
        json.dumps(JOB | {"job_id": 0}).encode(),
        json.dumps(JOB | {"production_order_items": []}).encode(),
        json.dumps(JOB | {"status": ""}).encode(),
        json.dumps(JOB | {"message": "\x00"}).encode(),
        json.dumps(JOB).encode() + b"x",
        sample("jobs.list.200.json"),
    ],
)
@pytest.mark.parametrize("adapter", [MyPromo, MyPromoFulfiller])
def test_a_body_that_is_no_job_is_called_invalid(adapter: Any, body: bytes) -> None:
    with pytest.raises(InvalidCallback):
        adapter.read_callback("jobs", body)


def workbook(*rows: tuple[Any, ...]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


HEAD = ("sku", "status", "error")
ROWS = (("TEST-1", "ERROR", "Invalid price. Not a float."), ("TEST-2", "OK", None), (4711.0, "ERROR", "Unknown."))
READ = (
    RemoteJobRow(sku="TEST-1", error="Invalid price. Not a float."),
    RemoteJobRow(sku="TEST-2"),
    RemoteJobRow(sku="4711", error="Unknown."),
)


def test_a_workbook_is_read_by_its_heads() -> None:
    assert MyPromo.parse_report(workbook(HEAD, *ROWS)) == READ
    assert MyPromo.parse_report(workbook(("Error", "x", "SKU"), ("Bad.", 1, "A"), (None, 2, "B"))) == (
        RemoteJobRow(sku="A", error="Bad."),
        RemoteJobRow(sku="B"),
    )


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_table_of_text_is_read_by_its_heads(separator: str, encoding: str, end: str) -> None:
    lines = [
        HEAD,
        ("TEST-1", "ERROR", '"Invalid price. Not a float."'),
        ("TEST-2", "OK", ""),
        ("4711", "ERROR", "Unknown."),
    ]
    text = end.join(separator.join(line) for line in lines)
    assert MyPromo.parse_report(text.encode(encoding)) == READ


def test_letters_that_are_not_utf_8_are_read_as_windows_writes_them() -> None:
    assert MyPromo.parse_report("sku;fehler\nA;Preis „0 €“ ungültig\n".encode("cp1252")) == (
        RemoteJobRow(sku="A", error="Preis „0 €“ ungültig"),
    )


def test_complaints_with_quotation_marks_of_their_own_are_read_all_the_same() -> None:
    assert MyPromo.parse_report(b'sku,error\nA,"The "price" is wrong"\nB,ok\n')[0].error.startswith("The price")


def test_a_formula_and_an_error_in_a_report_are_shown_as_they_stand() -> None:
    book = workbook(HEAD, ("A", "", "#REF!"), ("B", "", "=1+1"))
    assert [row.error for row in MyPromo.parse_report(book)] == ["#REF!", ""]


def test_a_fulfillers_sku_stands_in_where_there_is_no_other() -> None:
    report = b"sku,sku_fulfiller,error\nA,X,bad\n,Y,worse\n"
    assert MyPromo.parse_report(report) == (RemoteJobRow(sku="A", error="bad"), RemoteJobRow(sku="Y", error="worse"))
    assert MyPromo.parse_report(b"sku_fulfiller,error\nX,bad\n") == (RemoteJobRow(sku="X", error="bad"),)


def test_without_heads_the_first_column_is_the_sku_and_the_last_the_complaint() -> None:
    assert MyPromo.parse_report(b"A,7,Bad.\nB,8,\n") == (RemoteJobRow(sku="A", error="Bad."), RemoteJobRow(sku="B"))
    assert MyPromo.parse_report(b"A\n") == (RemoteJobRow(sku="A"),)


def test_rows_shorter_than_the_head_are_read_as_far_as_they_go() -> None:
    assert MyPromo.parse_report(b"x,sku,error\n1,A\n2\n") == (RemoteJobRow(sku="A"), RemoteJobRow(sku=""))


def test_several_complaints_about_a_row_are_all_told() -> None:
    report = b"sku,error,message\nA,Bad.,Worse.\nB,ok,-\n"
    assert MyPromo.parse_report(report) == (RemoteJobRow(sku="A", error="Bad.; Worse."), RemoteJobRow(sku="B"))


def test_leading_zeros_survive() -> None:
    assert MyPromo.parse_report(workbook(HEAD, ("00471", "", "x")))[0].sku == "00471"
    assert MyPromo.parse_report(b"sku,error\n00471,x\n")[0].sku == "00471"


def test_an_empty_report_has_no_rows() -> None:
    for body in (b"", b"\n\n", b"sku,error\n", workbook(), workbook(HEAD)):
        assert MyPromo.parse_report(body) == ()


def hollow_workbook() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as bundle:
        bundle.writestr("a.txt", "x")
    return file.getvalue()


def broken_workbook() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(HEAD, *ROWS))) as whole, zipfile.ZipFile(file, "w") as bundle:
        for entry in whole.infolist():
            content = whole.read(entry)
            bundle.writestr(entry, content[:-20] if entry.filename.endswith("sheet1.xml") else content)
    return file.getvalue()


@pytest.mark.parametrize(
    "body",
    [
        b"%PDF-1.7 ...",
        b"<html><body>Maintenance</body></html>",
        b'{"message": "Not found."}',
        b"PK\x03\x04",
        workbook(HEAD, *ROWS)[:-200],
        hollow_workbook(),
        broken_workbook(),
        b"\x00\x01\x02",
        b'sku,error\nA,"' + b"x" * 200_000,
    ],
    ids=["pdf", "html", "json", "no bundle", "half", "hollow", "broken", "binary", "endless cell"],
)
def test_what_is_no_table_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableReport):
        MyPromo.parse_report(body)


def test_a_workbook_that_unpacks_beyond_reason_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_table, "MAX_UNPACKED", 1000)
    with pytest.raises(UnreadableReport, match="too large"):
        MyPromo.parse_report(workbook(HEAD, *ROWS))


def test_a_report_is_read_up_to_its_largest_number_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_table, "MAX_ROWS", 3)
    assert len(MyPromo.parse_report(workbook(HEAD, *ROWS))) == 2
    assert len(MyPromo.parse_report(b"sku,error\nA,\nB,\nC,\n")) == 2


@given(st.binary(max_size=300))
@options(deadline=None)
def test_no_bytes_break_the_reader_of_reports(body: bytes) -> None:
    try:
        rows = MyPromo.parse_report(body)
    except UnreadableReport:
        return
    assert all(isinstance(row, RemoteJobRow) and "\x00" not in row.sku + row.error for row in rows)


def test_a_report_is_fetched_with_our_token(speak: Speak) -> None:
    mypromo, server = speak(reply(200, b"sku,error\n"))
    assert mypromo.fetch_report(f"{server.url}/mypromo/v1/XHLRZETDF8J4") == b"sku,error\n"
    assert server.seen[0].path == "/mypromo/v1/XHLRZETDF8J4"
    assert server.seen[0].headers["authorization"] == "Bearer the-token"


def test_a_report_elsewhere_is_not_fetched(speak_as_fulfiller: SpeakAsFulfiller) -> None:
    mypromo, server = speak_as_fulfiller(reply(200, b"x"))
    with pytest.raises(UnsafeUrl):
        mypromo.fetch_report(FAILED.report_url)
    assert server.seen == []

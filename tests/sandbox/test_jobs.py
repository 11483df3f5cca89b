"""Jobs: hidden at first, followed by number and callback, with a report of each entry."""

import csv
import io
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from backoffice.sandbox import Sandbox, running_sandbox
from tests.sandbox.client import Client
from tests.sandbox.receiver import receiving
from tests.sandbox.shapes import differences, sample

SKUS = ("TESTPRODUCT123", "TESTPRODUCT555", "TESTPRODUCT999", "TESTPRODUCT777")


def _batch(client: Client, skus: tuple[str, ...] = SKUS, *, available: bool = False, **fields: Any) -> int:
    answer = client.patch("v1/inventory", [{"sku": sku, "available": available} for sku in skus], **fields)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["queue_id"])


def _available(client: Client) -> dict[str, bool]:
    return {sku: client.row("v1/inventory", sku)["available"] for sku in SKUS}


def _workbook(content: bytes) -> list[list[str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        sheet = ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))
        for name in archive.namelist():
            ET.fromstring(archive.read(name))
    name = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    return [[cell.findtext(f".//{name}t") or "" for cell in row] for row in sheet.iter(f"{name}row")]


def test_a_job_is_hidden_then_scheduled_processing_and_done(sandbox: Sandbox, merchant: Client) -> None:
    job = _batch(merchant)
    path = f"v1/jobs/{job}"
    hidden = merchant.get(path)
    assert (hidden.status_code, hidden.json()) == (404, sample("jobs.get.404.json"))
    assert merchant.get("v1/jobs/").json() == sample("jobs.list.404.json")
    seen = []
    for seconds in (2, 1):
        sandbox.clock.advance(seconds)
        seen.append(merchant.get(path).json())
        assert all(_available(merchant).values())  # nothing is applied before the job is done
    sandbox.clock.advance(1)
    seen.append(merchant.get(path).json())
    assert [answer["status"] for answer in seen] == ["SCHEDULED", "PROCESSING", "SUCCESS"]
    assert [answer["processed"] is not None for answer in seen] == [False, False, True]
    assert [line for answer in seen for line in differences(sample("jobs.get.200.json"), answer)] == []
    assert differences(sample("jobs.list.200.json"), merchant.get("v1/jobs/").json()) == []
    assert not any(_available(merchant).values())


def test_how_long_a_job_is_hidden_can_be_set(sandbox: Sandbox, merchant: Client) -> None:
    sandbox.settings.change(job_hidden_seconds=60)
    path = f"v1/jobs/{_batch(merchant)}"
    sandbox.clock.advance(59)
    assert merchant.get(path).status_code == 404
    sandbox.clock.advance(1)
    assert merchant.get(path).status_code == 200


def test_failing_entries_are_reported_and_the_others_applied(sandbox: Sandbox, merchant: Client) -> None:
    sandbox.settings.change(job_failing_skus=["TESTPRODUCT555", "TESTPRODUCT777"])
    job = _batch(merchant)
    sandbox.clock.advance(10)
    read = merchant.get(f"v1/jobs/{job}").json()
    assert (read["status"], read["message"]) == ("ERROR", "2 of 4 entries contain errors.")
    assert [sku for sku, available in _available(merchant).items() if available] == ["TESTPRODUCT555", "TESTPRODUCT777"]
    report = merchant.get(read["report"].removeprefix(sandbox.url))
    assert report.headers["Content-Type"].endswith("spreadsheetml.sheet")
    head, *rows = _workbook(report.content)
    assert head == ["sku", "sku_fulfiller", "status", "error"]
    assert [(row[0], row[2]) for row in rows] == list(zip(SKUS, ("OK", "ERROR", "OK", "ERROR"), strict=True))
    assert all(row[3] for row in rows if row[2] == "ERROR")


def test_entries_can_fail_by_chance_and_always_the_same_ones(sandbox: Sandbox) -> None:
    failed = []
    for _ in range(2):
        with running_sandbox(manual_clock=True, job_failing_entries=2) as other:
            merchant = Client(other)
            _batch(merchant)
            other.clock.advance(10)
            failed.append([sku for sku, available in _available(merchant).items() if available])
    assert len(failed[0]) == 2
    assert failed[0] == failed[1]


def test_a_report_may_be_csv_and_needs_the_accounts_token(
    sandbox: Sandbox, merchant: Client, fulfiller: Client
) -> None:
    sandbox.settings.change(report_format="csv")
    job = _batch(merchant)
    sandbox.clock.advance(10)
    path = merchant.get(f"v1/jobs/{job}").json()["report"].removeprefix(sandbox.url)
    rows = list(csv.reader(io.StringIO(merchant.get(path).text)))
    assert [row[0] for row in rows[1:]] == list(SKUS)
    assert merchant.request("GET", path, headers={"Authorization": ""}).status_code == 401
    assert fulfiller.get(path).status_code == 404
    assert fulfiller.get(f"v1/jobs/{job}").status_code == 404


@pytest.mark.parametrize("outcome", ["ERROR", "CANCELED"])
def test_a_whole_job_can_fail_and_then_nothing_is_applied(sandbox: Sandbox, merchant: Client, outcome: str) -> None:
    sandbox.settings.change(job_outcome=outcome, job_outcome_only=[1])
    job = _batch(merchant)
    sandbox.clock.advance(10)
    read = merchant.get(f"v1/jobs/{job}").json()
    assert read["status"] == outcome
    assert read["message"] == ("4 of 4 entries contain errors." if outcome == "ERROR" else None)
    assert (read["report"] is None) == (outcome == "CANCELED")
    assert all(_available(merchant).values())
    assert not sandbox.ledger.of_kind("value")
    _batch(merchant)
    sandbox.clock.advance(10)
    assert not any(_available(merchant).values())


def test_a_job_is_called_back_once_and_identical_to_the_job_by_id(sandbox: Sandbox, merchant: Client) -> None:
    with receiving() as receiver:
        job = _batch(merchant, callback={"url": receiver.url, "auth": {"header": "X-Key: k"}})
        sandbox.clock.advance(10)
        assert sandbox.callbacks.wait()
        assert receiver.bodies == [merchant.get(f"v1/jobs/{job}").json()]
        assert receiver.headers[0]["X-Key"] == "k"
        sandbox.settings.change(job_silent=True)
        _batch(merchant, callback={"url": receiver.url})
        _batch(merchant)
        sandbox.clock.advance(10)
        assert sandbox.callbacks.wait()
        assert len(receiver.bodies) == 1
    assert [(c["kind"], c["job"], c["status"]) for c in sandbox.callbacks.sent] == [("job", job, 200)]


def test_the_queued_number_may_differ_from_the_jobs(sandbox: Sandbox, merchant: Client) -> None:
    sandbox.settings.change(queue_id_differs=True, job_success_word="SUCCESSS")
    queued = _batch(merchant)
    sandbox.clock.advance(10)
    assert merchant.get(f"v1/jobs/{queued}").status_code == 404
    (job,) = merchant.get("v1/jobs/").json()["data"]
    assert (job["status"], job["job_id"] == queued) == ("SUCCESSS", False)


def test_a_product_that_went_away_meanwhile_fails_alone(sandbox: Sandbox, merchant: Client) -> None:
    job = _batch(merchant)
    place = sandbox.mypromo.catalogue.place("TESTPRODUCT999")
    assert place is not None
    sandbox.mypromo.catalogue.removed.add(place[0])
    sandbox.clock.advance(10)
    assert merchant.get(f"v1/jobs/{job}").json()["message"] == "1 of 4 entries contain errors."


def test_the_ledger_holds_jobs_and_values(sandbox: Sandbox, merchant: Client) -> None:
    job = _batch(merchant)
    sandbox.clock.advance(10)
    states = [(e["job"], e["status"], e["entries"]) for e in sandbox.ledger.of_kind("job")]
    assert states == [(job, status, 4) for status in ("", "SCHEDULED", "PROCESSING", "SUCCESS")]
    held = [(e["sku"], e["client"], e["values"]) for e in sandbox.ledger.of_kind("value")]
    assert held == [(sku, "1", {"available": False}) for sku in SKUS]


def test_a_second_run_goes_on_with_jobs_and_values(tmp_path: Path) -> None:
    state = tmp_path / "mypromo.json"
    with running_sandbox(manual_clock=True, state=state) as first:
        merchant = Client(first)
        _batch(merchant, SKUS[:1])
        first.clock.advance(10)
        waiting = _batch(merchant, SKUS[1:])
        first.clock.advance(2)
        ledger = first.ledger.as_dict()
    with running_sandbox(manual_clock=True, state=state) as second:
        merchant.sandbox = second
        assert second.ledger.as_dict()["events"] == ledger["events"]
        assert merchant.get(f"v1/jobs/{waiting}").json()["status"] == "SCHEDULED"
        assert list(_available(merchant).values()) == [False, True, True, True]
        second.clock.advance(60)  # the first run was ahead of the real time
        assert not any(_available(merchant).values())
        assert _batch(merchant) == waiting + 1

"""Designs in the editor, against mypromo's documented examples."""

import json
from typing import Any

import msgspec
import pytest

from backoffice.vendors.design_messages import DesignReport, RemoteDesignState
from backoffice.vendors.errors import FieldError, VendorAmbiguous, VendorNotFound, VendorProtocolError, VendorRejected
from backoffice.vendors.file_messages import Download
from tests.vendors.connections import Outside
from tests.vendors.loopback import cut, reply
from tests.vendors.mypromo.conftest import Speak, SpeakAsFulfiller
from tests.vendors.mypromo.samples import sample, sample_json

FRESH = sample_json("designs.create.201-1.json")
OPEN = DesignReport(
    vendor_id="9",
    sku="MP-F1-C0000003",
    state=RemoteDesignState.OPEN,
    raw_state="PENDING",
    intent="upload",
    user_hash="7B0BEqcuJCvpMCij1uooGQzdE1zXNZ4PdZcTgeJITGOcFWEluBU2rBhoaaCQOzVr",
    start_url="https://connect.mypromo.com/editor/180/show/CvOOfxW",
    preview_url="https://connect.mypromo.com/aOdkik",
)
REQUEST = sample_json("designs.create.request.json")


def start(mypromo: Any, **changes: Any) -> DesignReport:
    given = {
        "user_hash": REQUEST["editor_user_hash"],
        "intent": "upload",
        "return_url": REQUEST["return_url"],
        "cancel_url": REQUEST["cancel_url"],
    }
    report: DesignReport = mypromo.create_design("MP-F1-C0000003", **given | changes)
    return report


def test_a_design_user_is_made(speak: Speak) -> None:
    mypromo, server = speak(reply(201, sample("editor_user.create.201.json")))
    assert mypromo.create_design_user() == sample_json("editor_user.create.201.json")["editor_user_hash"]
    assert (server.seen[0].method, server.seen[0].path, server.seen[0].body) == (
        "POST", "/mypromo/v1/editor_user", b"",
    )  # fmt: skip


def test_a_design_is_started_as_in_the_example(speak: Speak) -> None:
    mypromo, server = speak(reply(201, sample("designs.create.201-1.json")))
    assert start(mypromo) == msgspec.structs.replace(OPEN, start_url_cname=FRESH["editor_start_url_cname"])
    assert json.loads(server.seen[0].body) == REQUEST
    assert (server.seen[0].method, server.seen[0].path) == ("POST", "/mypromo/v1/designs")


def test_a_design_without_a_cname_has_no_address_for_frames(speak: Speak) -> None:
    mypromo, _ = speak(reply(201, sample("designs.create.201-2.json")))
    assert start(mypromo) == OPEN


def test_what_is_not_given_is_left_out(speak: Speak) -> None:
    mypromo, server = speak(reply(201, sample("designs.create.201-2.json")))
    start(mypromo, intent="", cancel_url="")
    start(mypromo, intent="", cancel_url="", quantity=50)
    first, second = (json.loads(seen.body) for seen in server.seen)
    assert set(first) == {"sku", "editor_user_hash", "return_url"}
    assert second == first | {"qty": 50}


def test_an_unknown_sku_is_refused_with_its_field(speak: Speak) -> None:
    mypromo, _ = speak(reply(422, sample("designs.create.422.json")))
    with pytest.raises(VendorRejected) as raised:
        start(mypromo)
    assert raised.value.errors == (FieldError("sku", "The selected sku is invalid."),)


def test_a_design_is_read_with_the_sku_that_the_editor_left(speak: Speak) -> None:
    mypromo, server = speak(
        reply(200, sample("designs.get.200.json")), reply(200, json.dumps(FRESH | {"sku": "MP-F1-RED"}))
    )
    assert mypromo.read_design("9") == msgspec.structs.replace(OPEN, user_hash="hfgtu684jd62msmc")
    assert mypromo.read_design("9").sku == "MP-F1-RED"
    assert server.seen[0].path == "/mypromo/v1/designs/9"


def test_a_design_is_submitted(speak: Speak) -> None:
    mypromo, server = speak(reply(200, sample("designs.submit.200.json")))
    report = mypromo.submit_design("9")
    assert (report.state, report.raw_state, report.sku) == (RemoteDesignState.SUBMITTED, "SUBMITTED", "MP-F1-C0000003")
    assert (server.seen[0].method, server.seen[0].path) == ("POST", "/mypromo/v1/designs/9/submit")


def test_a_design_is_submitted_by_the_sdks_verb_after_a_405(speak: Speak) -> None:
    mypromo, server = speak(reply(405), reply(200, sample("designs.submit.200.json")))
    assert mypromo.submit_design("9").state is RemoteDesignState.SUBMITTED
    assert [seen.method for seen in server.seen] == ["POST", "PATCH"]


@pytest.mark.parametrize("act", [cut, reply(500), reply(200, "{}")])
def test_a_submission_without_a_usable_answer_may_have_been_done(act: Any, speak: Speak) -> None:
    mypromo, server = speak(act)
    with pytest.raises(VendorAmbiguous):
        mypromo.submit_design("9")
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("PENDING", RemoteDesignState.OPEN),
        ("SUBMITTED", RemoteDesignState.SUBMITTED),
        ("READY", RemoteDesignState.READY),
        ("PREFLIGHT_FINISHED", RemoteDesignState.CHECKED),
        ("ready", RemoteDesignState.READY),
        ("LOST", RemoteDesignState.UNKNOWN),
    ],
)
def test_each_word_for_a_designs_state_is_ours_or_unknown_and_kept(
    word: str, state: RemoteDesignState, speak: Speak
) -> None:
    mypromo, _ = speak(reply(200, json.dumps(FRESH | {"status": word})))
    report = mypromo.read_design("9")
    assert (report.state, report.raw_state) == (state, word)


def test_addresses_that_are_no_links_are_not_given(speak: Speak) -> None:
    names = ("editor_start_url", "editor_start_url_cname", "preview_url")
    mypromo, _ = speak(reply(200, json.dumps(FRESH | dict.fromkeys(names, "javascript:alert(1)"))))
    report = mypromo.read_design("9")
    assert (report.start_url, report.start_url_cname, report.preview_url) == ("", "", "")


def test_a_design_that_cannot_be_read_is_told(speak: Speak) -> None:
    for broken in ({"id": None}, {"id": "../1"}, {"status": ""}):
        mypromo, _ = speak(reply(200, json.dumps(FRESH | broken)))
        with pytest.raises(VendorProtocolError):
            mypromo.read_design("9")


def test_an_id_cannot_lead_to_another_route(speak: Speak) -> None:
    mypromo, server = speak(reply(404, '{"message": "Not found."}'))
    for vendor_id in ("", ".", ".."):
        with pytest.raises(ValueError, match="not an id"):
            mypromo.read_design(vendor_id)
    with pytest.raises(VendorNotFound):
        mypromo.read_design("../orders/1")
    assert [seen.path for seen in server.seen] == ["/mypromo/v1/designs/..%2Forders%2F1"]


def test_the_addresses_of_the_editor_are_kept_nowhere(speak: Speak, outside: Outside) -> None:
    mypromo, _ = speak(*[reply(200, json.dumps(FRESH))] * 3)
    start(mypromo)
    mypromo.read_design("9")
    mypromo.submit_design("9")
    kept = repr(outside.exchanges)
    assert len(outside.exchanges) == 3
    assert "aOdkik" in kept
    for secret in ("CvOOfxW", "designer.yourserver.com", "eyJ"):
        assert secret not in kept


@pytest.mark.parametrize("content_type", ["image/png", "application/pdf"])
def test_a_preview_is_fetched_as_it_is(
    content_type: str, speak: Speak, speak_as_fulfiller: SpeakAsFulfiller, outside: Outside
) -> None:
    picture = bytes(range(256)) * 10
    head = f"HTTP/1.1 200 X\r\nContent-Length: {len(picture)}\r\nContent-Type: {content_type}; name=x\r\n\r\n"

    def act(line: Any) -> None:
        line.sendall(head.encode() + picture)

    for speaking in (speak, speak_as_fulfiller):
        mypromo, server = speaking(act)
        assert mypromo.read_preview("9") == Download(content=picture, content_type=content_type)
        assert server.seen[0].path == "/mypromo/v1/designs/9/preview"
        assert server.seen[0].headers["accept"] == "*/*"
    (named,) = {exchange.answer for exchange in outside.exchanges}
    assert named.startswith(f"{content_type}, 2,560 bytes, SHA-256 ")

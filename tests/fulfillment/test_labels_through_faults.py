"""Every fault of the sandbox at every step of both kinds of label, and a person who answers only by what pages show:
each label is downloaded once. The sandbox's ledger counts; the carrier knows what is announced.
"""

import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.delivery import Delivery
from backoffice.engine.services.sending import deliver
from backoffice.sandbox import Sandbox
from backoffice.sandbox.faults import KINDS
from fulfillment.models import Label, LabelResponse, LabelState
from fulfillment.services.label_fetching import LabelFetch
from fulfillment.services.labels import fetch_label
from tests.admin.desk.conftest import SignIn, sign_in
from tests.admin.inbox import read_inbox
from tests.fulfillment.conftest import Make
from tests.fulfillment.page_reader import Person, read

__all__ = ["sign_in"]

pytestmark = pytest.mark.django_db
DOWNLOAD, MAKE = r"v1/\d+/\w+$", r"v1/production_orders/\d+/generic_label$"
STEPS = {"supplied": ("label", DOWNLOAD), "generic, made": ("generic", MAKE), "generic": ("generic", DOWNLOAD)}
# Long enough that we stop listening (0.15 s).
_SILENT = 0.2
MORE: dict[str, dict[str, object]] = {
    "status": {"status": 502},
    "status_after": {"status": 500},
    "hang": {"seconds": _SILENT},
    "hang_after": {"seconds": _SILENT},
    "late": {"seconds": _SILENT},
    "slow_body": {"seconds": 3},
    "too_many": {"retry_after": 0},
    "redirect": {"location": "https://elsewhere.example.com/label.pdf"},
}
# Of these nothing comes back that says whether it was done.
SILENT = ("status", "status_after", "hang", "hang_after", "late", "cut_before", "cut_after")
# Answered with 2xx, and be it half a label or none: it was handed out.
ANSWERED = ("broken_json", "truncated", "slow_body", "html", "empty")
PATIENCE_SECONDS = 20


@dataclass
class Scene:
    sandbox: Sandbox
    client: Client
    person: Person
    settings: Settings

    def run(self, label: Label) -> Label:
        """Do what is due as workers, and what is left as the person, until nothing is open."""
        fetch_label(label, actor="anna", dispatch_on=timezone.localdate())
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            pushes = list(Push.objects.filter(state__in=[PushState.NEW, PushState.UNKNOWN]))
            pushes += Push.objects.needing_attention().filter(state=PushState.FAILED)
            if not pushes:
                break
            for push in pushes:
                if not (push.needs_attention and self.person.deal_with(push)):
                    deliver(push.pk)
            time.sleep(0.005)
        label.refresh_from_db()
        return label

    def is_announced(self, code: str) -> bool:
        """Return what the carrier says."""
        return any(event["tracking_code"] == code for event in self.sandbox.ledger.of_kind("label_downloaded"))

    @property
    def downloads(self) -> list[int]:
        return list(self.sandbox.ledger.label_downloads().values())


@pytest.fixture
def scene(sandbox: Sandbox, sign_in: SignIn, settings: Settings) -> Scene:
    settings.VENDOR_CONNECT_TIMEOUT, settings.VENDOR_READ_TIMEOUT = 0.1, 0.15
    settings.PUSH_SETTLE_SECONDS = 0.05
    client = sign_in(
        "view_push",
        "resend_push",
        "decide_push",
        "view_productionorder",
        "view_documents",
        "dispatch_productionorder",
        name="anna",
    )
    return Scene(sandbox, client, Person(client), settings)


def strike(scene: Scene, make: Make, fault: str, step: str) -> Label:
    kind, path = STEPS[step]
    if fault == "late":  # what is done late is done before the settle time is over, also on a busy machine
        scene.settings.PUSH_SETTLE_SECONDS = 1.0
    label = make(kind).labels.get()
    rule = scene.sandbox.faults.add(fault, method="GET", path=path, times=1, **MORE.get(fault, {}))
    scene.run(label)
    assert rule.hits == 1
    return label


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("fault", KINDS)
def test_each_label_is_downloaded_once(fault: str, step: str, scene: Scene, make: Make) -> None:
    scene.person.asks_carrier = scene.is_announced
    label = strike(scene, make, fault, step)
    assert scene.downloads == [1]
    assert sum(scene.sandbox.ledger.generic_labels().values()) == (step != "supplied")
    assert not Push.objects.open().exists()
    assert not Push.objects.needing_attention().exists()
    was_it_lost = fault in ANSWERED or fault in ("status_after", "hang_after", "late", "cut_after")
    expected = LabelState.LOST if was_it_lost and step != "generic, made" else LabelState.KEPT
    assert label.state == expected
    # A person is asked only where nothing came back, and of a making never: the vendor's order shows it.
    asked = step != "generic, made" and fault in SILENT
    assert bool(scene.person.pages) == asked
    assert ("again" in scene.person.answers) == (fault == "redirect")


@pytest.mark.parametrize("step", ["supplied", "generic"])
@pytest.mark.parametrize("fault", SILENT)
def test_whoever_can_ask_nobody_never_has_it_downloaded_twice(fault: str, step: str, scene: Scene, make: Make) -> None:
    label = strike(scene, make, fault, step)
    assert scene.downloads in ([], [1])
    assert (label.state, scene.person.answers) == (LabelState.LOST, ["yes"])
    page = scene.person.pages[0]
    assert "If you cannot find out, choose “Yes, it arrived”" in page
    assert "GET " in page
    assert "sent again automatically after" not in page
    assert "Search now" not in page


@pytest.mark.parametrize("fault", ANSWERED)
def test_what_was_handed_out_is_recorded_kept_as_it_came_and_shown(
    fault: str, scene: Scene, make: Make, settings: Settings
) -> None:
    settings.VENDOR_READ_TIMEOUT = 1.0  # the head is seen on a busy machine too; a body that drips takes longer
    label = strike(scene, make, fault, "supplied")
    attempt = Push.objects.get().attempt_rows.get(has_effect=True)
    assert (attempt.method, attempt.status, attempt.step) == ("GET", 200, "download")
    assert attempt.url.startswith("http")
    assert bool(attempt.error) == (fault in ("truncated", "slow_body"))
    answer = LabelResponse.objects.get(label=label)
    kept = (Path(settings.MEDIA_ROOT) / answer.path).read_bytes()
    if fault in ("broken_json", "truncated", "slow_body"):
        # Of a body that drips, a busy machine may see nothing in time but its head.
        assert attempt.answer.startswith("application/pdf, ") == bool(kept)
        assert kept or fault == "slow_body"
    assert (answer.status, answer.size, answer.is_kept) == (200, len(kept), True)
    order = reverse("admin:fulfillment_productionorder_change", args=[label.production_order_id])
    page = read(scene.client, order).find(id="labels")
    assert page is not None
    assert "The received file cannot be printed" in page.text
    assert str(answer.problem) in page.text
    assert "Ask the merchant of this order for the label and add it here." in page.text
    saved = scene.client.get(reverse("admin:fulfillment_productionorder_document", args=["answer", label.pk]))
    assert b"".join(saved.streaming_content) == kept
    assert saved["Content-Disposition"].startswith("attachment")
    assert saved["Content-Type"] == "application/octet-stream"
    home = read_inbox(scene.client)
    assert "Labels handed out, copy missing" in home
    assert str(label) in home


def test_without_the_record_and_the_kind_the_same_person_has_it_downloaded_twice(
    scene: Scene, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: a page that says "no request" and takes the label for one that can be searched leads astray."""
    monkeypatch.setattr(Delivery, "_record_exchange", lambda self, exchange: None)
    for name in ("recovery", "how_to_find_out"):
        monkeypatch.delattr(LabelFetch, name)
    strike(scene, make, "cut_after", "supplied")
    assert scene.downloads == [2]


def test_without_the_settle_time_a_late_download_happens_twice(scene: Scene, make: Make, settings: Settings) -> None:
    """The control of the closed choice: the carrier knows nothing yet of a label that is handed out a moment later."""
    settings.PUSH_SETTLE_SECONDS = 0.0
    scene.person.asks_carrier = lambda code: False
    label = make("label").labels.get()
    scene.sandbox.faults.add("late", method="GET", path=DOWNLOAD, times=1, seconds=_SILENT)
    scene.run(label)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while scene.downloads != [2] and time.monotonic() < deadline:
        time.sleep(0.01)
    assert scene.downloads == [2]

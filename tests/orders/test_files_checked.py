"""Print files are looked at before an order goes: what holds it, what is tried again, what is never fetched."""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.sending import deliver
from backoffice.sandbox import Sandbox, running_sandbox
from catalog.models import Product, Variant
from orders.models import HoldReason, Order, OrderState, VendorOrderLine
from orders.services.file_review import accept_files, exchange_file
from orders.services.files import checks
from orders.services.files.store import store_file
from orders.services.lifecycle import release_hold, release_order
from orders.services.timeline import describe
from tests.flows.conftest import work_off
from tests.orders.pdfs import make_pdf
from tests.orders.rows import SKU, make_order
from tests.vendors.loopback import Act, Loopback, loopback, reply

GOOD, WRONG = make_pdf((126, 11)), make_pdf((210, 297))
PARTS = [{"key": "body", "name": "Body", "requirements": {"width": 120, "height": 5, "bleed": 3, "pages": 1}}]


@pytest.fixture(autouse=True)
def sandbox(settings: Settings, tmp_path: Path, db: None) -> Iterator[Sandbox]:
    """Run a mypromo whose time stands still, and allow files that lie on loopback."""
    with running_sandbox(manual_clock=True, rate_limit=0, late_every=0, fetch_files=False) as sandbox:
        settings.MYPROMO_URL = sandbox.url
        settings.MYPROMO_CLIENT_ID, settings.MYPROMO_CLIENT_SECRET = "1", "sandbox-merchant-secret"
        settings.MYPROMO_REQUESTS_PER_MINUTE = 60_000
        settings.CHECK_PRINT_FILES = settings.ALLOW_PRIVATE_FILE_HOSTS = True
        settings.MEDIA_ROOT = tmp_path
        settings.PUSH_RETRY_BACKOFF = [0.01]
        settings.VENDOR_READ_TIMEOUT = 2
        yield sandbox


@pytest.fixture
def files() -> Iterator[Callable[..., Loopback]]:
    """Start a host that answers its requests one after the other as told."""
    running: list[Any] = []

    def start(*script: Act) -> Loopback:
        running.append(loopback(*script))
        host: Loopback = running[-1].__enter__()
        return host

    yield start
    for one in running:
        one.__exit__(None, None, None)


def pen() -> Variant:
    now = timezone.now()
    product = Product.objects.create(vendor="mypromo", vendor_id="1", name="Pen", changed_at=now, created_at=now)
    return Variant.objects.create(
        product=product,
        vendor="mypromo",
        vendor_id="1",
        sku=SKU,
        parts=PARTS,
        personalized=True,
        changed_at=now,
        created_at=now,
    )


def line_of(*urls: str, **fields: Any) -> dict[str, Any]:
    return {"files": [{"url": url, "type": ""} for url in urls], **fields}


def released(*lines: dict[str, Any]) -> Order:
    order = release_order(make_order(*lines), actor="tester")
    work_off()
    order.refresh_from_db()
    return order


def made(sandbox: Sandbox) -> int:
    """Return orders that mypromo would produce, or holds a draft of."""
    return len(sandbox.mypromo.store.held)


def test_an_order_goes_whose_files_fit_and_its_timeline_says_that_they_were_looked_at(sandbox, files) -> None:
    pen()
    host = files(reply(200, GOOD))
    order = released(line_of(f"{host.url}/a.pdf", f"{host.url}/b.pdf"))
    assert (order.state, made(sandbox)) == (OrderState.RELEASED, 1)
    assert [seen.path for seen in host.seen] == ["/a.pdf", "/b.pdf"]
    told = [describe(event) for event in order.events.all()]
    assert f"The print files of {order.number} can be used (2)." in told


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (reply(200, WRONG), "210.0 × 297.0"),
        (reply(404), "HTTP 404"),
        (reply(301, location="https://example.com/"), "HTTP 301"),
        (reply(200, "<html>login</html>"), "not a PDF"),
        (reply(200, b"%PDF-1.7 nothing"), "damaged"),
    ],
    ids=["wrong size", "not there", "moved", "a page", "damaged"],
)
def test_an_unfit_file_holds_the_order_and_nothing_reaches_the_vendor(sandbox, files, answer: Act, words: str) -> None:
    pen()
    host = files(reply(200, GOOD), answer)
    order = released(line_of(f"{host.url}/good.pdf"), line_of(f"{host.url}/good.pdf", f"{host.url}/bad.pdf"))
    assert order.state == OrderState.HELD
    hold = order.holds.get()
    assert hold.reason == HoldReason.BAD_FILE
    assert "lines[1].files[1]" in hold.errors or "lines[1].files[0]" in hold.errors
    assert words in str(hold.errors)
    assert words in hold.text
    assert "release it anyway" in hold.text
    assert made(sandbox) == 0
    assert Push.objects.get().state == PushState.CONFIRMED  # withdrawn, nobody has to look at it


def test_a_mended_file_goes_when_its_hold_is_released_and_the_fit_one_is_not_fetched_again(sandbox, files) -> None:
    pen()
    host = files(reply(200, GOOD), reply(404), reply(200, GOOD))
    order = released(line_of(f"{host.url}/good.pdf", f"{host.url}/late.pdf"))
    assert order.state == OrderState.HELD
    release_hold(order.holds.get(), actor="tester", note="mended")
    work_off()
    assert made(sandbox) == 1
    assert [seen.path for seen in host.seen] == ["/good.pdf", "/late.pdf", "/late.pdf"]


def test_released_anyway_it_goes_unlooked_at_and_it_is_kept_who_said_so(sandbox, files) -> None:
    pen()
    host = files(reply(404))
    order = released(line_of(f"{host.url}/a.pdf"))
    accept_files(order.holds.get(), actor="anna", note="the printer knows")
    work_off()
    assert (made(sandbox), len(host.seen)) == (1, 1)
    hold = order.holds.get()
    assert (hold.overridden, hold.released_by, hold.release_note) == (True, "anna", "the printer knows")
    assert "The print files are sent unchanged. the printer knows" in [describe(event) for event in order.events.all()]


def test_a_file_can_be_exchanged_for_one_that_we_keep(sandbox, files) -> None:
    pen()
    host = files(reply(404))
    order = released(line_of(f"{host.url}/a.pdf", file_credentials={"0": {"scheme": "header", "header": "x"}}))
    line = order.lines.get()
    kept, _new = store_file([GOOD], shop=order.shop, name="better.pdf")
    exchange_file(line, index=0, file=kept, actor="anna")
    release_hold(order.holds.get(), actor="anna", note="")
    work_off()
    line.refresh_from_db()
    assert (line.files[0]["file_id"], line.file_credentials) == (kept.public_id, None)
    assert made(sandbox) == 1


def test_a_kept_file_is_measured_too_and_missed_when_it_is_gone_from_the_disk(sandbox, tmp_path: Path) -> None:
    pen()
    shop = make_order().shop
    wrong, _new = store_file([WRONG], shop=shop)
    gone, _new = store_file([GOOD], shop=shop)
    (tmp_path / gone.path).unlink()
    lines = [{"files": [{"url": "", "type": "", "file_id": file.public_id}]} for file in (wrong, gone)]
    order = released(*lines)
    hold = order.holds.get()
    assert "210.0 × 297.0" in hold.errors["lines[0].files[0]"][0]
    assert "Upload it again" in hold.errors["lines[1].files[0]"][0]


def test_a_host_that_does_not_answer_is_tried_again_and_holds_the_order_only_then(sandbox, files) -> None:
    pen()
    host = files(reply(503), reply(503), reply(200, GOOD))
    order = released(line_of(f"{host.url}/a.pdf"))
    assert (order.state, made(sandbox), len(host.seen)) == (OrderState.RELEASED, 1, 3)
    dead = files(reply(503))
    second = released(line_of(f"{dead.url}/a.pdf"))
    assert (second.state, made(sandbox), len(dead.seen)) == (OrderState.HELD, 1, checks.TRIES)


@pytest.mark.parametrize(
    ("credentials", "wanted"),
    [
        ({"scheme": "basic", "username": "u", "password": "pä"}, "Basic " + base64.b64encode("u:pä".encode()).decode()),
        ({"scheme": "header", "header": "Bearer abc"}, "Bearer abc"),
    ],
)
def test_credentials_go_to_the_host_they_were_given_for_and_after_no_redirect(
    sandbox, files, credentials: dict[str, str], wanted: str
) -> None:
    pen()
    other = files(reply(200, GOOD))
    host = files(reply(302, location=f"{other.url}/stolen.pdf"))
    order = released(line_of(f"{host.url}/a.pdf", f"{other.url}/b.pdf", file_credentials={"0": credentials}))
    assert host.seen[0].headers["authorization"] == wanted
    assert [seen.path for seen in other.seen] == ["/b.pdf"]
    assert "authorization" not in other.seen[0].headers
    assert order.state == OrderState.HELD


def test_files_behind_sftp_are_not_fetched_and_the_timeline_says_so(sandbox) -> None:
    order = released(line_of("sftp://files.example.com/a.pdf"))
    assert made(sandbox) == 1
    told = [describe(event) for event in order.events.all()]
    assert f"Print files of {order.number}: 0 can be used, 1 (sftp) were not checked." in told


def test_nothing_is_fetched_while_the_check_is_off(sandbox, files, settings) -> None:
    settings.CHECK_PRINT_FILES = False
    host = files(reply(404))
    released(line_of(f"{host.url}/a.pdf"))
    assert (made(sandbox), host.seen) == (1, [])


def test_many_files_are_looked_at_in_rounds_each_file_once(sandbox, files, monkeypatch: pytest.MonkeyPatch) -> None:
    pen()
    monkeypatch.setattr(checks, "LONGEST_ROUND", -1.0)
    host = files(reply(200, GOOD))
    order = release_order(make_order(line_of(*[f"{host.url}/{n}.pdf" for n in range(4)])), actor="tester")
    push = Push.objects.get()
    deliver(push.pk)
    push.refresh_from_db()
    assert (push.state, push.attempts, len(host.seen)) == (PushState.NEW, 0, 1)
    assert VendorOrderLine.objects.get().checked_files == [0]
    work_off()
    assert [seen.path for seen in host.seen] == ["/0.pdf", "/1.pdf", "/2.pdf", "/3.pdf"]
    assert order.vendor_orders.get().submitted_at is not None


def test_links_to_our_files_are_signed_anew_before_an_order_goes(sandbox, settings) -> None:
    settings.CHECK_PRINT_FILES = False
    shop = make_order().shop
    kept, _new = store_file([GOOD], shop=shop)
    order = released(
        {"files": [{"url": "https://old.example.com/files/ended/", "type": "", "file_id": kept.public_id}]}
    )
    line = order.lines.get()
    assert line.files[0]["url"].startswith(f"{settings.PUBLIC_URL}/files/{kept.public_id}.")
    [physical] = sandbox.ledger.physical_orders()
    assert order.state == OrderState.RELEASED, physical

"""Designs, files, slips and labels on the page of an order."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from backoffice.engine.models.push import Lane
from backoffice.engine.services.integrations import get_vendor
from backoffice.sandbox import Sandbox, running_sandbox
from backoffice.vendors.abilities import MakesDesigns
from fulfillment.models import Carrier
from orders.models import HoldReason, Order, OrderState, SuppliedLabel
from orders.models.document import DocumentKind, OrderDocument
from orders.services.lifecycle import hold_order, release_order
from tests.admin.desk.conftest import SignIn
from tests.orders.designs import make_design
from tests.orders.pdfs import make_pdf
from tests.orders.rows import make_order
from tests.privacy.dump import in_redis

PDF = make_pdf((126, 11))


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def editor(settings: Settings) -> Iterator[Sandbox]:
    with running_sandbox(manual_clock=True, rate_limit=0) as sandbox:
        settings.MYPROMO_URL = sandbox.url
        settings.MYPROMO_CLIENT_ID, settings.MYPROMO_CLIENT_SECRET = "1", "sandbox-merchant-secret"
        yield sandbox


def url(order: Order, what: str = "change") -> str:
    return f"/admin/orders/order/{order.pk}/{what}/"


def held(**line: object) -> Order:
    order = hold_order(make_order(line), reason=HoldReason.BAD_FILE, text="too small", actor="system")
    return Order.objects.get(pk=order.pk)


def pdf(name: str = "new.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


def designed(vendor_id: str) -> Order:
    design = make_design(vendor_id=vendor_id, sku="B", state="submitted")
    return make_order({"kind": "design", "design_id": design.public_id, "files": [], "sku": "B"})


def test_a_design_is_shown_with_its_state_and_its_picture_is_drawn_once(desk: Client, editor: Sandbox) -> None:
    vendor_id = _open_there(editor)
    order = designed(vendor_id)
    line = order.lines.get()
    shown = desk.get(url(order)).content.decode()
    assert f'src="{url(order, f"designs/{line.pk}/picture")}"' in shown
    assert "submitted, switched in the editor" in shown
    before = _asked(editor)
    for _ in range(3):
        picture = desk.get(url(order, f"designs/{line.pk}/picture"))
        assert (picture.status_code, picture["Content-Type"]) == (200, "image/png")
        assert picture.content.startswith(b"\x89PNG")
    assert _asked(editor) - before == 1
    assert not [place for place, content in in_redis().items() if b"\x89PNG" in content]
    whole = desk.get(url(order, f"designs/{line.pk}"))
    assert (whole["Content-Type"], whole.content[:5]) == ("application/pdf", b"%PDF-")


def test_a_vendor_that_does_not_answer_breaks_no_page_and_is_not_asked_again_at_once(
    desk: Client, editor: Sandbox
) -> None:
    order = designed(_open_there(editor))
    line = order.lines.get()
    editor.faults.add("status", path="preview$", status=500)
    before = _asked(editor)
    for _ in range(3):
        assert desk.get(url(order, f"designs/{line.pk}/picture")).status_code == 404
    assert _asked(editor) - before == 1
    assert desk.get(url(order, f"designs/{line.pk}")).status_code == 302


def test_pictures_are_for_those_who_see_orders_and_of_lines_that_have_a_design(
    desk: Client, sign_in: SignIn, editor: Sandbox
) -> None:
    order, plain = designed(_open_there(editor)), make_order()
    stranger = sign_in(name="ina")
    for what in (f"designs/{order.lines.get().pk}/picture", f"designs/{order.lines.get().pk}", "slip"):
        assert stranger.get(url(order, what)).status_code == 403, what
    assert desk.get(url(plain, f"designs/{plain.lines.get().pk}/picture")).status_code == 404
    assert desk.get(url(plain, f"designs/{order.lines.get().pk}/picture")).status_code == 404


def test_an_unfit_file_can_be_exchanged_or_let_go_from_the_page(desk: Client) -> None:
    order = held()
    line, hold = order.lines.get(), order.holds.get()
    shown = desk.get(url(order)).content.decode()
    assert url(order, f"files/{line.pk}/0") in shown
    assert url(order, f"holds/{hold.pk}/accept") in shown
    assert "enctype" in desk.get(url(order, f"files/{line.pk}/0")).content.decode()
    done = desk.post(url(order, f"files/{line.pk}/0"), {"file": pdf()})
    assert done.status_code == 302
    line.refresh_from_db()
    assert line.files[0]["file_id"].startswith("file_")
    desk.post(url(order, f"holds/{hold.pk}/accept"), {"reason": "the printer knows"})
    hold.refresh_from_db()
    order.refresh_from_db()
    assert (hold.overridden, hold.release_note, order.state) == (True, "the printer knows", OrderState.RELEASED)


def test_what_is_no_pdf_is_told_at_the_field_and_changes_nothing(desk: Client) -> None:
    order = held()
    line = order.lines.get()
    answer = desk.post(url(order, f"files/{line.pk}/0"), {"file": pdf(content=b"hello")})
    assert answer.status_code == 200
    assert "does not begin with %PDF-" in answer.content.decode()
    line.refresh_from_db()
    assert "file_id" not in line.files[0]


def test_letting_go_is_for_unfit_files_only_and_needs_a_reason(desk: Client) -> None:
    order = hold_order(make_order(), reason=HoldReason.MANUAL, text="", actor="x")
    assert desk.post(url(order, f"holds/{order.holds.get().pk}/accept"), {"reason": "x"}).status_code == 404
    unfit = held()
    hold = unfit.holds.get()
    desk.post(url(unfit, f"holds/{hold.pk}/accept"), {"reason": " "})
    hold.refresh_from_db()
    assert (hold.overridden, hold.released_at) == (False, None)


def test_who_may_only_look_exchanges_and_supplies_nothing(sign_in: SignIn, settings) -> None:
    settings.LABEL_SECRET = "label-secret"
    reader = sign_in("view_order")
    order = held()
    line, hold = order.lines.get(), order.holds.get()
    part = release_order(make_order(generic_label=True), actor="x").vendor_orders.get()
    for what in (f"files/{line.pk}/0", f"holds/{hold.pk}/accept"):
        assert reader.get(url(order, what)).status_code == 403
    assert reader.get(url(part.order, f"labels/{part.pk}")).status_code == 403
    assert url(order, f"files/{line.pk}/0") not in reader.get(url(order)).content.decode()


def test_a_label_is_supplied_for_a_part_and_shown_with_carrier_and_code(desk: Client, settings) -> None:
    settings.LABEL_SECRET = "label-secret"
    Carrier.objects.create(key="dhl", name="DHL")
    order = release_order(make_order(generic_label=True), actor="x")
    part = order.vendor_orders.get()
    assert url(order, f"labels/{part.pk}") in desk.get(url(order)).content.decode()
    done = desk.post(url(order, f"labels/{part.pk}"), {"file": pdf(), "carrier": "dhl", "tracking_code": " 00340001 "})
    assert done.status_code == 302
    label = SuppliedLabel.objects.get()
    assert (label.carrier, label.tracking_code, label.created_by) == ("dhl", "00340001", "mara")
    assert "00340001" in desk.get(url(order)).content.decode()


def test_the_slip_of_ours_is_a_pdf_behind_the_login(desk: Client) -> None:
    order = make_order()
    OrderDocument.objects.create(order=order, kind=DocumentKind.DELIVERY_SLIP, made_by_us=True)
    assert url(order, "slip") in desk.get(url(order)).content.decode()
    answer = desk.get(url(order, "slip"))
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert Client().get(url(order, "slip")).status_code == 302


def _open_there(editor: Sandbox) -> str:
    """Return a design that the sandbox has, made as the merchant's client."""
    vendor = get_vendor("mypromo", MakesDesigns, lane=Lane.ORDERS)
    user = vendor.create_design_user()
    return str(vendor.create_design("MP-F1-C0000003", user_hash=user, return_url="https://shop.example/").vendor_id)


def _asked(editor: Sandbox) -> int:
    """Return the requests for previews that arrived."""
    return sum(count for (name, count) in editor.ledger.requests.items() if "preview" in name)

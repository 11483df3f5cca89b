"""What each kind of job does with orders, and how it is undone."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from backoffice.accounts.models import Shop
from backoffice.engine.models import Push
from backoffice.engine.services.file_deletions import delete_due_files
from backoffice.engine.services.files import read_file
from backoffice.jobs.models import Job, JobState
from backoffice.jobs.services.drafting import can_undo, draft_job, start_job, undo_job
from backoffice.jobs.services.kinds import JOB_KINDS
from backoffice.jobs.services.working import work_job
from orders.models import AddressRole, HoldReason, Order, OrderState, VendorOrderState
from orders.services.editing.edits import correct_address
from orders.services.holds import active_holds
from orders.services.lifecycle import cancel_order, hold_order, release_order
from tests.jobs.conftest import checked, done, states
from tests.orders.rows import make_order


def undone(job: Job) -> Job:
    made = undo_job(Job.objects.get(pk=job.pk), actor="mara")
    work_job(made.pk, seconds=60)
    made.refresh_from_db()
    return made


def state_of(order: Order) -> str:
    return Order.objects.values_list("state", flat=True).get(pk=order.pk)


def test_only_what_a_person_has_held_is_released_and_the_note_is_kept() -> None:
    manual, other = make_order(), make_order()
    hold_order(manual, reason=HoldReason.MANUAL, text="", actor="test")
    hold_order(other, reason=HoldReason.POSSIBLE_DUPLICATE, text="", actor="test")
    job = done("orders.release", [manual, other], note="Stock counted")
    assert states(job) == {manual.number: "done", other.number: "skipped"}
    assert (state_of(manual), state_of(other)) == ("released", "held")
    assert manual.holds.get().release_note == "Stock counted"
    assert not can_undo(job)


def test_orders_are_held_and_the_undo_brings_each_back_to_where_it_was() -> None:
    new, released, held = make_order(), release_order(make_order(), actor="test"), make_order()
    hold_order(held, reason=HoldReason.MANUAL, text="mine", actor="tom")
    job = done("orders.hold", [new, released, held], note="inventory")
    assert states(job) == {new.number: "done", released.number: "done", held.number: "skipped"}
    undo = undone(job)
    assert set(states(undo).values()) == {"done"}
    # A new one is not sent to its vendors by that, although its shop releases by itself.
    assert (state_of(new), state_of(released), state_of(held)) == ("new", "released", "held")
    assert active_holds(held).get().text == "mine"


def test_an_undo_leaves_what_somebody_has_changed_since() -> None:
    order, other = make_order(), make_order()
    tom, eva = (User.objects.create_user(name, is_staff=True) for name in ("tom", "eva"))
    job = done("orders.assign", [order, other], assignee=tom.pk)
    Order.objects.filter(pk=order.pk).update(assignee=eva)
    undo = undone(job)
    assert states(undo) == {order.number: "failed", other.number: "done"}
    assert set(Order.objects.values_list("assignee", flat=True)) == {eva.pk, None}


def test_tags_are_added_and_removed_and_what_was_there_stays_after_an_undo() -> None:
    one, two = make_order(tags=["vip"]), make_order(tags=["vip", "urgent"])
    added = done("orders.tag", [one, two], tags="urgent, autumn")
    assert [order.tags for order in Order.objects.order_by("pk")] == [
        ["vip", "urgent", "autumn"],
        ["vip", "urgent", "autumn"],
    ]
    undone(added)
    assert [set(order.tags) for order in Order.objects.order_by("pk")] == [{"vip"}, {"vip", "urgent"}]
    removed = done("orders.untag", [one, two], tags="urgent")
    assert states(removed) == {one.number: "skipped", two.number: "done"}
    undone(removed)
    assert set(Order.objects.get(pk=two.pk).tags) == {"vip", "urgent"}


def test_a_comment_is_added_to_each() -> None:
    order = make_order()
    job = done("orders.note", [order], text="Fragile")
    assert [comment.text for comment in order.comments.all()] == ["Fragile"]
    assert order.events.get(kind="comment.written").change == job.change


def test_orders_are_cancelled_at_once_or_asked_for_and_the_ended_ones_skipped() -> None:
    new, ended = make_order(), cancel_order(make_order(), actor="test", reason="x")
    sent = release_order(make_order(), actor="test")
    Push.objects.update(state="in_flight")
    job = done("orders.cancel", [new, ended, sent], note="Sold out")
    assert states(job) == {new.number: "done", ended.number: "skipped", sent.number: "done"}
    assert "requested" in job.rows.get(label=sent.number).text
    assert (state_of(new), state_of(sent)) == ("cancelled", "released")
    assert not can_undo(job)


def test_exports_have_a_row_for_each_order_and_run_no_formula(db: None) -> None:
    order = make_order(customer_firstname="=1+1", tags=["vip"])
    make_order()
    for kind in ("orders.export_xlsx", "orders.export_csv"):
        job = draft_job(JOB_KINDS[kind], Order.objects.all(), actor="mara")
        assert work_job(job.pk, seconds=60) is False
        job.refresh_from_db()
        assert (job.state, job.counts) == (JobState.DONE, {"done": 2})
        content = read_file(job.path) or b""
        if kind.endswith("csv"):
            lines = content.decode("utf-8-sig").splitlines()
            assert len(lines) == 3
            assert "'=1+1" in lines[2]
        else:
            head, *rows = load_workbook(BytesIO(content)).active.iter_rows(values_only=True)
            row = dict(zip(head, rows[1], strict=True))
            assert (row["number"], row["customer_firstname"], row["total"]) == (order.number, "=1+1", 189)


@pytest.mark.parametrize("kind", ["importing.export_csv", "orders.export_csv"])
def test_a_table_of_somebody_who_may_not_see_personal_data_has_none(kind: str) -> None:
    make_order(customer_firstname="Jacqueline", customer_email="jacqueline@example.com")
    User.objects.create_user("lea", is_staff=True)
    contents = []
    for actor in ("lea", "mara"):  # nobody is called mara: all is seen, as by a command
        job = draft_job(JOB_KINDS[kind], Order.objects.all(), actor=actor)
        work_job(job.pk, seconds=60)
        job.refresh_from_db()
        contents.append((read_file(job.path) or b"").decode("utf-8-sig"))
    masked, full = contents
    planted = ("Jacqueline", "jacqueline@example.com", "Hauptstraße 42", "10115", "Größer")
    assert [part for part in planted if part not in full] == []
    assert [part for part in planted if part in masked] == []
    assert "•••" in masked


def test_times_of_an_export_do_not_depend_on_who_writes_the_row() -> None:
    order = make_order()
    Order.objects.filter(pk=order.pk).update(created_at="2026-03-01T10:00:00Z")
    with timezone.override("America/New_York"):
        job = draft_job(JOB_KINDS["orders.export_csv"], Order.objects.all(), actor="mara")
        work_job(job.pk, seconds=60)
    job.refresh_from_db()
    merchants = timezone.localtime(datetime(2026, 3, 1, 10, tzinfo=UTC)).strftime("%Y-%m-%d %H:%M")
    assert merchants in (read_file(job.path) or b"").decode()


def test_slips_are_closed_to_who_may_not_see_personal_data(client: Client) -> None:
    order = make_order()
    job = draft_job(JOB_KINDS["orders.print_slips"], Order.objects.all(), actor="mara")
    work_job(job.pk, seconds=60)
    lea = User.objects.create_user("lea", is_staff=True)
    lea.user_permissions.set(Permission.objects.filter(codename__in=["view_order", "view_job"]))
    client.force_login(lea)
    begin = {"kind": "orders.print_slips", "order": [order.pk]}
    assert client.post("/admin/backoffice/job/begin/", begin).status_code == 403
    assert client.get(f"/admin/backoffice/job/{job.pk}/file/").status_code == 403
    lea.user_permissions.add(Permission.objects.get(codename="see_personal_data"))
    assert client.get(f"/admin/backoffice/job/{job.pk}/file/").status_code == 200


def test_the_slips_of_many_orders_are_one_pdf() -> None:
    orders = [make_order() for _count in range(3)]
    job = draft_job(JOB_KINDS["orders.print_slips"], Order.objects.all(), actor="mara")
    work_job(job.pk, seconds=60)
    job.refresh_from_db()
    pages = PdfReader(BytesIO(read_file(job.path) or b"")).pages
    assert len(pages) == len(orders)
    assert orders[2].number in pages[0].extract_text()
    delete_due_files(seconds=5)
    assert read_file(job.rows.first().result) is None


def test_a_refused_order_is_sent_again_and_one_with_another_hold_is_not() -> None:
    from orders.models import VendorOrderState
    from tests.jobs.refusals import refuse

    again, other = refuse(make_order()), refuse(make_order())
    hold_order(other, reason=HoldReason.MANUAL, text="", actor="test")
    job = done("orders.send_again", [again, other, make_order()], note="Fixed")
    assert sorted(states(job).values()) == ["done", "skipped", "skipped"]
    part = again.vendor_orders.get()
    assert (state_of(again), part.state, part.generation) == (OrderState.RELEASED, VendorOrderState.PLANNED, 2)
    assert Push.objects.filter(state="new", kind="orders.place").count() == 1


@pytest.mark.parametrize("automatic", [True, False])
def test_forty_addresses_are_corrected_with_proposals_and_released(automatic: bool) -> None:
    Shop.objects.update(release_automatically=automatic)
    orders = [make_order() for _count in range(40)]
    for order in orders:
        order.addresses.update(street="Straße der Pariser Kommune, Hinterhaus 3")
        hold_order(
            order, reason=HoldReason.BAD_ADDRESS, text="", errors={"recipient.street": ["Too long."]}, actor="system"
        )
    Shop.objects.update(release_automatically=automatic)
    fine = make_order()
    job = checked("orders.correct_addresses", [*orders, fine])
    assert sorted(states(job).values()) == ["ready"] * 40 + ["skipped"]
    job = done("orders.correct_addresses", [*orders, fine], release=True)
    assert sorted(states(job).values()) == ["done"] * 40 + ["skipped"]
    for order in orders:
        address = order.addresses.get()
        assert (address.street, address.care_of) == ("Straße der Pariser Kommune", "Hinterhaus 3")
        assert state_of(order) == "released"
    assert state_of(fine) == "new"


def wrong_street() -> Order:
    order = make_order()
    order.addresses.update(street="Straße der Pariser Kommune, Hinterhaus 3")
    errors = {"recipient.street": ["Too long."]}
    hold_order(order, reason=HoldReason.BAD_ADDRESS, text="", errors=errors, actor="system")
    return order


def test_a_corrected_address_is_set_back_and_holds_its_order_again_and_nothing_is_sent() -> None:
    orders = [wrong_street(), wrong_street(), wrong_street()]
    job = done("orders.correct_addresses", orders, release=True)
    back, at_vendor, changed = orders
    at_vendor.vendor_orders.update(state=VendorOrderState.SUBMITTED)
    changed.addresses.update(care_of="c/o Mara")
    made = undone(job)
    assert states(made) == {back.number: "done", at_vendor.number: "failed", changed.number: "failed"}
    address = back.addresses.get()
    assert (address.street, address.care_of) == ("Straße der Pariser Kommune, Hinterhaus 3", "")
    assert state_of(back) == "held"
    hold = back.holds.get(released_at__isnull=True)
    assert (hold.reason, list(hold.errors)) == (HoldReason.BAD_ADDRESS, ["recipient.street"])
    assert at_vendor.addresses.get().street == "Straße der Pariser Kommune"
    assert changed.addresses.get().care_of == "c/o Mara"
    texts = dict(made.rows.values_list("label", "text"))
    assert "This address has been changed since." in texts[changed.number]


def test_an_address_that_was_edited_after_the_preview_is_not_written_over() -> None:
    order = wrong_street()
    job = checked("orders.correct_addresses", [order])
    correct_address(order, role=AddressRole.RECIPIENT, values={"street": "Neue Straße 7"}, actor="otto")
    work_job(start_job(job, inputs={"release": True}, actor="mara").pk, seconds=60)
    [row] = job.rows.all()
    assert (row.state, order.addresses.get().street) == ("failed", "Neue Straße 7")
    assert "Someone else changed order" in row.text


def test_an_address_without_a_proposal_stays_as_it_is_and_is_named() -> None:
    order = make_order()
    order.addresses.update(street="x" * 40)
    hold_order(order, reason=HoldReason.BAD_ADDRESS, text="", actor="system")
    job = done("orders.correct_addresses", [order], release=True)
    [row] = job.rows.all()
    assert (row.state, list(row.errors)) == ("failed", ["recipient.street"])
    assert order.addresses.get().street == "x" * 40
    assert state_of(order) == "held"
    assert not Push.objects.exists()


def test_a_job_can_be_seen_by_who_sees_orders_only(client: Client) -> None:
    job = done("orders.hold", [make_order()], note="x")
    clerk = User.objects.create_user("clerk", is_staff=True)
    client.force_login(clerk)
    assert client.get(f"/admin/backoffice/job/{job.pk}/change/").status_code == 403

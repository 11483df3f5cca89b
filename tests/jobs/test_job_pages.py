"""The pages of jobs: from a list to the preview, the result and back."""

from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backoffice.engine.models import Push
from backoffice.jobs.admin import jobs as pages
from backoffice.jobs.models import Job, JobState
from backoffice.jobs.services.working import work_job
from orders.models import HoldReason, Order
from orders.services.lifecycle import hold_order
from tests.jobs.conftest import states
from tests.jobs.refusals import refuse
from tests.orders.rows import make_order
from tests.sights import SEES

LIST, BEGIN, FOUND = "/admin/orders/order/", "/admin/backoffice/job/begin/", "/admin/backoffice/job/found/"
FAILURES = "/admin/backoffice/push/failures/"
DESK = ("view_order", "change_order", "view_job", "export_job", "view_push", "resend_push")


def sign_in(*codenames: str, name: str = "mara") -> Client:
    user = User.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=(*codenames, *SEES)))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def desk() -> Client:
    """Return a member of the order desk."""
    return sign_in(*DESK)


def page_of(job: Job, name: str = "change") -> str:
    return f"/admin/backoffice/job/{job.pk}/{name}/"


def begin(client: Client, kind: str, orders: list[Order], **more: str) -> Job:
    keys = [order.pk for order in orders]
    answer = client.post(BEGIN, {"kind": kind, "order": keys, "back": LIST, **more})
    assert answer.status_code == 302
    return Job.objects.latest("pk")


def test_marked_orders_are_held_after_a_preview_and_the_list_says_so_with_a_way_back(desk: Client) -> None:
    order, cancelled = make_order(), make_order(state="cancelled")
    job = begin(desk, "orders.hold", [order, cancelled])
    shown = desk.get(page_of(job)).content.decode()
    assert "Hold 1 order" in shown
    assert "1 skipped" in shown
    assert "State of the order: cancelled." in desk.get(f"{page_of(job)}?rows=skipped").content.decode()
    order.refresh_from_db()
    assert order.state == "new"
    answer = desk.post(page_of(job, "run"), {"note": "Inventory"}, follow=True)
    assert answer.redirect_chain[-1][0] == LIST
    [message] = answer.context["messages"]
    assert "1 order held" in str(message)
    assert page_of(job) in str(message)
    order.refresh_from_db()
    assert order.state == "held"
    desk.post(page_of(job, "undo"))
    order.refresh_from_db()
    assert order.state == "new"


def test_a_missing_reason_is_asked_for_and_nothing_is_done(desk: Client) -> None:
    order = make_order()
    job = begin(desk, "orders.hold", [order])
    answer = desk.post(page_of(job, "run"), {"note": " "})
    assert answer.status_code == 200
    assert "Required." in answer.content.decode()
    order.refresh_from_db()
    job.refresh_from_db()
    assert (order.state, job.state) == ("new", JobState.READY)


def test_all_that_is_found_is_what_the_filters_found_at_that_moment(desk: Client) -> None:
    tagged = [make_order(tags=["vip"]) for _count in range(3)]
    make_order()
    back = f"{LIST}?{urlencode({'tag': 'vip', 'older': tagged[1].pk})}"
    job = begin(desk, "orders.hold", [tagged[0]], all="1", back=back)
    make_order(tags=["vip"])
    assert set(states(job)) == {order.number for order in tagged}
    assert job.query == "tag=vip"


def test_all_without_the_address_of_the_list_is_only_what_is_marked(desk: Client) -> None:
    order, other = make_order(), make_order()
    for back in ("https://evil.example/", "/admin/backoffice/push/", ""):
        job = begin(desk, "orders.hold", [order], all="1", back=back)
        assert list(states(job)) == [order.number], back
    assert other.pk


def test_the_number_that_is_found_is_told_by_the_filters(desk: Client) -> None:
    for _count in range(3):
        make_order(tags=["vip"])
    make_order()
    assert desk.get(FOUND, {"list": "orders.order", "tag": "vip"}).json() == {
        "count": 3,
        "select": "Select all 3 results",
        "selected": "3",
    }
    assert desk.get(FOUND, {"list": "auth.user"}).status_code == 404


@pytest.mark.usefixtures("ages_last")
def test_more_than_a_few_rows_go_on_in_the_background(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "DONE_WHILE_WAITING", 1)
    job = begin(desk, "orders.hold", [make_order(), make_order()])
    answer = desk.post(page_of(job, "run"), {"note": "Inventory"})
    assert answer.url == page_of(job)
    job.refresh_from_db()
    assert job.state == JobState.RUNNING
    shown = desk.get(page_of(job)).content.decode()
    assert "<progress" in shown
    assert 'name="live"' in shown
    version = desk.get(page_of(job)).context["live"].version
    assert desk.get(page_of(job), headers={"X-Live": version}).status_code == 204
    work_job(job.pk, seconds=0)
    assert desk.get(page_of(job), headers={"X-Live": version}).status_code == 200
    desk.post(page_of(job, "stop"))
    job.refresh_from_db()
    assert (job.state, job.stopped_by) == (JobState.STOPPED, "mara")


def test_who_may_only_look_begins_and_controls_nothing() -> None:
    order = make_order()
    clerk = sign_in("view_order", "view_job", name="reader")
    assert clerk.post(BEGIN, {"kind": "orders.hold", "order": [order.pk], "back": LIST}).status_code == 403
    assert clerk.post(BEGIN, {"kind": "orders.export_csv", "order": [order.pk], "back": LIST}).status_code == 403
    assert "orders.hold" not in clerk.get(LIST).content.decode()
    job = begin(sign_in(*DESK), "orders.hold", [order])
    assert clerk.get(page_of(job)).status_code == 200
    for name in ("run", "stop", "go-on", "undo", "again", "dismiss", "file"):
        assert clerk.post(page_of(job, name)).status_code == 403, name
    order.refresh_from_db()
    assert order.state == "new"
    assert not Push.objects.exists()


def test_a_table_is_made_at_once_and_downloaded(desk: Client) -> None:
    order = make_order()
    job = begin(desk, "orders.export_csv", [order])
    assert "Download" in desk.get(page_of(job)).content.decode()
    answer = desk.get(page_of(job, "file"))
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert order.number in content
    assert answer["Content-Disposition"] == f'attachment; filename="orders-{job.pk}.csv"'
    assert answer["Cache-Control"].startswith("private, no-store")


def test_the_address_grid_shows_what_is_wrong_with_the_proposal_filled_in_and_takes_what_is_typed(desk: Client) -> None:
    order, other = make_order(), make_order()
    order.addresses.update(street="Straße der Pariser Kommune, Hinterhaus 3")
    other.addresses.update(street="x" * 40)
    for one in (order, other):
        hold_order(one, reason=HoldReason.BAD_ADDRESS, text="", actor="system")
    job = begin(desk, "orders.correct_addresses", [order, other])
    shown = desk.get(page_of(job)).content.decode()
    assert 'value="Straße der Pariser Kommune"' in shown
    assert "Save 2 addresses and release" in shown
    row = job.rows.get(label=other.number)
    first = job.rows.get(label=order.number)
    typed = {
        f"{row.pk}.recipient.street": "Kurze Straße 1",
        f"{row.pk}.recipient.iban": "DE00",
        f"{first.pk}.recipient.street": "Pariser Kommune",
        "9999.recipient.street": "Elsewhere",
        f"{row.pk}.recipient.city": "\0",
    }
    desk.post(page_of(job, "run"), {**typed, "release": "1"})
    assert other.addresses.get().street == "Kurze Straße 1"
    assert other.addresses.get().iban == ""
    assert order.addresses.get().street == "Pariser Kommune"
    assert set(Order.objects.values_list("state", flat=True)) == {"released"}


def test_what_is_wrong_with_a_row_is_said_of_fields_as_people_call_them(desk: Client) -> None:
    order = make_order()
    order.addresses.update(street="x" * 40)
    hold_order(order, reason=HoldReason.MANUAL, text="", actor="mara")
    job = begin(desk, "orders.release", [order])
    shown = desk.get(page_of(job)).content.decode()
    assert "<strong>Recipient, street</strong>: " in shown
    assert "recipient.street" not in shown
    assert list(job.rows.get().errors) == ["recipient.street"]


def test_a_timeline_leads_to_the_job_that_wrote_it(desk: Client) -> None:
    order = make_order()
    job = begin(desk, "orders.hold", [order])
    desk.post(page_of(job, "run"), {"note": "Inventory"})
    link = f"/admin/backoffice/job/change/{job.change}/"
    assert link in desk.get(f"{LIST}{order.pk}/change/").content.decode()
    assert desk.get(link).url == page_of(job)


def test_jobs_are_found_again_in_a_constant_number_of_queries(desk: Client) -> None:
    orders = [make_order() for _count in range(6)]
    begin(desk, "orders.export_csv", orders)
    desk.get("/admin/backoffice/job/")
    with CaptureQueriesContext(connection) as few:
        assert "6 orders exported" in desk.get("/admin/backoffice/job/").content.decode()
    for _count in range(4):
        begin(desk, "orders.export_csv", orders)
        begin(desk, "orders.hold", orders)
    with CaptureQueriesContext(connection) as many:
        desk.get("/admin/backoffice/job/")
    assert len(many) <= len(few) + 1  # the rows of those that are not finished are counted in one


def test_the_list_of_orders_asks_nothing_for_its_buttons(desk: Client) -> None:
    make_order()
    desk.get(LIST)
    with CaptureQueriesContext(connection) as shown:
        desk.get(LIST)
    assert not [query for query in shown.captured_queries if "jobs_job" in query["sql"]]


def test_failures_are_grouped_by_cause_and_all_of_one_are_sent_again(desk: Client) -> None:
    long = [refuse(make_order(), text=f"Too long: {length} characters.") for length in (41, 52, 68)]
    other = refuse(make_order(), field="lines.0.sku", text="Unknown SKU.")
    shown = desk.get(FAILURES)
    first, second = shown.context["cards"]
    assert (first.group.count, second.group.count) == (3, 1)
    back = f"/admin/backoffice/push/?{first.query}"
    assert len(desk.get(back).context["rows"]) == 3
    answer = desk.post(BEGIN, {"kind": "engine.send_again", "all": "1", "back": back})
    job = Job.objects.get()
    assert answer.url == page_of(job)
    desk.post(page_of(job, "run"), {"reason": "They raised the limit"})
    assert set(states(job).values()) == {"done"}
    for order in long:
        order.refresh_from_db()
        assert (order.state, order.vendor_orders.get().generation) == ("released", 2)
    other.refresh_from_db()
    assert other.state == "held"
    assert len(desk.get(FAILURES).context["cards"]) == 1


def test_one_known_error_is_one_failure_however_it_is_worded(desk: Client) -> None:
    said = "The recipient.%s may not be greater than %d characters."
    fields = (("street", 30), ("city", 40), ("care_of", 30))
    orders = [refuse(make_order(), field=f"recipient.{name}", text=said % (name, most)) for name, most in fields]
    for text in ("The selected sku is invalid.", "Invalid sku."):
        refuse(make_order(), field="lines.0.sku", text=text)
    shown = desk.get(FAILURES)
    first, second = shown.context["cards"]
    assert (first.group.count, second.group.count) == (3, 2)
    assert "“…” is too long for mypromo: at most … characters are allowed." in shown.content.decode()
    assert all(said % (name, most) in shown.content.decode() for name, most in fields)
    german = desk.get(FAILURES, headers={"accept-language": "de"}).content.decode()
    assert "„…“ ist zu lang für mypromo: Höchstens … Zeichen sind erlaubt." in german
    back = f"/admin/backoffice/push/?{first.query}"
    assert len(desk.get(back).context["rows"]) == 3
    desk.post(BEGIN, {"kind": "engine.send_again", "all": "1", "back": back})
    desk.post(page_of(Job.objects.get(), "run"), {"reason": "They raised the limit"})
    assert [order.vendor_orders.get().generation for order in orders] == [2, 2, 2]
    [left] = desk.get(FAILURES).context["cards"]
    assert left.group.count == 2


def test_an_error_beside_the_known_one_is_another_failure(desk: Client) -> None:
    refuse(make_order(), text="Invalid sku.")
    order = refuse(make_order(), text="Invalid sku.")
    for text in ("The quantity is not in stock.", "The moon is in the way."):
        push = Push.objects.get(kind="orders.place", subject_id=order.vendor_orders.get().pk)
        push.errors = [*push.errors, {"field": "", "text": text}]
        push.save()
        assert [card.group.count for card in desk.get(FAILURES).context["cards"]] == [1, 1]


def test_answers_with_another_status_are_failures_of_their_own(desk: Client) -> None:
    for status in (404, 405, 404):
        refuse(make_order(), field="", text=f"mypromo refused with HTTP {status}.")
    cards = desk.get(FAILURES).context["cards"]
    assert [(card.group.count, card.group.explained.main.text) for card in cards] == [
        (2, "mypromo does not know what this is about, or has removed it."),
        (1, "mypromo no longer accepts requests of this kind."),
    ]


@pytest.mark.parametrize("key", ["known-0123456789abcdef0123456789", "0123456789abcdef0123456789abcdef"])
def test_a_cause_that_is_dealt_with_finds_nothing(key: str, desk: Client) -> None:
    refuse(make_order(), text="Invalid sku.")
    assert desk.get(f"/admin/backoffice/push/?cause={key}").context["rows"] == []


def test_failures_are_dismissed_together_and_that_is_undone(desk: Client) -> None:
    refuse(make_order())
    refuse(make_order())
    job = begin_pushes(desk)
    desk.post(page_of(job, "run"), {"reason": "Ordered by telephone"})
    assert not Push.objects.needing_attention().exists()
    desk.post(page_of(job, "undo"))
    assert Push.objects.needing_attention().count() == 2


def begin_pushes(client: Client) -> Job:
    keys = list(Push.objects.values_list("pk", flat=True))
    client.post(BEGIN, {"kind": "engine.dismiss", "push": keys, "back": "/admin/backoffice/push/"})
    return Job.objects.latest("pk")


def test_failures_take_as_many_queries_for_many_causes_as_for_one(desk: Client) -> None:
    refuse(make_order())
    desk.get(FAILURES)
    with CaptureQueriesContext(connection) as one:
        desk.get(FAILURES)
    for name in ("sku", "quantity", "files"):
        refuse(make_order(), field=f"lines.0.{name}", text=f"{name} is wrong.")
    for text in ("The selected sku is invalid.", "Invalid sku."):
        refuse(make_order(), text=text)
    with CaptureQueriesContext(connection) as many:
        assert len(desk.get(FAILURES).context["cards"]) == 5
    assert len(many) == len(one)

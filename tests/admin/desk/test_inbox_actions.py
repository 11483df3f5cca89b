"""What can be done in the inbox itself: snooze, assign to me, dismiss; and for whom it counts as whose work."""

import re
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.dashboard.digest import digest_lines
from backoffice.dashboard.inbox import snoozes, trends
from backoffice.dashboard.inbox.counting import InboxScope, count_kinds
from backoffice.dashboard.inbox.registry import kind_named, kinds_of
from backoffice.dashboard.models import DailyCount, Snooze
from backoffice.engine.models import Callback, Heartbeat, Push
from backoffice.engine.services.callbacks import replay_callbacks
from orders.conversation.models import Comment, Mention
from orders.marketing.models import MailCampaign
from orders.models import Enquiry, Hold, HoldReason, Order
from orders.rules.models import Notice
from orders.services.lifecycle import hold_order
from tests.admin.desk.conftest import SignIn
from tests.orders.rows import make_order


@pytest.fixture(autouse=True)
def alive(db: None) -> None:
    Heartbeat.objects.create(name="sweep", at=timezone.now())


def held(count: int = 1, *, assignee: User | None = None) -> list[Hold]:
    orders = [
        hold_order(make_order(assignee=assignee), reason=HoldReason.MANUAL, text="", actor="system")
        for _one in range(count)
    ]
    return [order.holds.get() for order in orders]


def counts(client: Client, name: str) -> dict[str, str]:
    """Return the count of a kind in each scope."""
    found = {}
    for scope in InboxScope:
        rows = {row.kind.name: row.counted for row in client.get(f"/admin/?show={scope}").context["rows"]}
        found[str(scope)] = rows.get(name, "0")
    return found


def tomorrow() -> str:
    return (timezone.localdate() + timedelta(days=1)).isoformat()


def test_mine_unassigned_and_team_are_told_apart(desk: Client) -> None:
    mara, tom = User.objects.get(username="mara"), User.objects.create_user("tom")
    held(2)
    held(3, assignee=mara)
    held(4, assignee=tom)
    assert counts(desk, "held-manual") == {"mine": "3", "unassigned": "2", "team": "9", "snoozed": "0"}
    assert len(desk.get("/admin/?kind=held-manual&show=mine").context["listing"].items) == 3


def test_the_owner_of_a_hold_comes_before_the_assignee_of_its_order(desk: Client) -> None:
    [hold] = held(assignee=User.objects.create_user("tom"))
    Hold.objects.filter(pk=hold.pk).update(owner=User.objects.get(username="mara"))
    assert counts(desk, "held-manual")["mine"] == "1"


def test_what_is_snoozed_is_hidden_from_one_person_until_its_morning(desk: Client, sign_in: SignIn) -> None:
    [hold] = held()
    answer = desk.post(f"/admin/inbox/held-manual/{hold.pk}/snooze/", {"until": tomorrow()})
    assert answer.status_code == 302
    assert timezone.localtime(Snooze.objects.get().until).hour == 8
    assert counts(desk, "held-manual") == {"mine": "0", "unassigned": "0", "team": "0", "snoozed": "1"}
    assert counts(sign_in("view_order", "change_order", name="tom"), "held-manual")["team"] == "1"
    Snooze.objects.update(until=timezone.now() - timedelta(minutes=1))
    assert counts(desk, "held-manual") == {"mine": "0", "unassigned": "1", "team": "1", "snoozed": "0"}


def test_the_first_and_the_last_day_that_may_be_chosen_are_taken(desk: Client) -> None:
    [hold] = held()
    page = desk.get("/admin/?kind=held-manual").text
    [field] = re.findall(r'<input type="date"[^>]*name="until"[^>]*>', page)
    days = re.findall(r'm(?:in|ax)="([0-9-]{10})"', field)
    assert len(days) == 2
    for day in days:
        desk.post(f"/admin/inbox/held-manual/{hold.pk}/snooze/", {"until": day})
        until = timezone.localtime(Snooze.objects.get().until)
        assert (until.date().isoformat(), until.hour) == (day, 8)
        Snooze.objects.all().delete()


def test_what_was_snoozed_can_be_brought_back_at_once(desk: Client) -> None:
    [hold] = held()
    desk.post(f"/admin/inbox/held-manual/{hold.pk}/snooze/", {"until": tomorrow()})
    desk.post(f"/admin/inbox/held-manual/{hold.pk}/wake/")
    assert counts(desk, "held-manual")["team"] == "1"


@pytest.mark.parametrize("until", ["", "soon", "2020-01-01", "9999-12-31", "2026-02-30", "0001-01-01"])
def test_a_day_that_is_none_or_out_of_reach_snoozes_nothing(desk: Client, until: str) -> None:
    [hold] = held()
    shown = desk.post(f"/admin/inbox/held-manual/{hold.pk}/snooze/", {"until": until}, follow=True)
    assert "Choose a day" in shown.content.decode()
    assert not Snooze.objects.exists()


def test_a_assigns_the_order_to_the_reader(desk: Client) -> None:
    [hold] = held()
    desk.post(f"/admin/inbox/held-manual/{hold.pk}/assign/")
    assert Order.objects.get(pk=hold.order_id).assignee == User.objects.get(username="mara")
    assert counts(desk, "held-manual")["mine"] == "1"
    assert hold.order.events.filter(kind="order.assigned").count() == 1


def test_who_may_not_act_is_refused_and_nothing_changes(sign_in: SignIn) -> None:
    [hold] = held()
    reader = sign_in("view_order")
    assert reader.post(f"/admin/inbox/held-manual/{hold.pk}/assign/").status_code == 403
    notice = Notice.objects.create(order=hold.order, text="look", made_by="rule:1")
    assert reader.post(f"/admin/inbox/notices/{notice.pk}/dismiss/").status_code == 403
    assert sign_in(name="eve").post(f"/admin/inbox/held-manual/{hold.pk}/assign/").status_code == 404
    notice.refresh_from_db()
    assert (Order.objects.get(pk=hold.order_id).assignee, notice.done_at) == (None, None)


def test_e_sets_aside_what_can_be_and_the_next_item_follows(sign_in: SignIn) -> None:
    desk = sign_in("view_order", "view_enquiry", "change_enquiry")
    first, second = (Enquiry.objects.create(vendor="sign-customiser", vendor_id=key, subject=key) for key in "ab")
    page = desk.get("/admin/?kind=enquiries")
    assert page.context["listing"].following == second.pk
    back = f"/admin/?kind=enquiries&item={second.pk}"
    shown = desk.post(f"/admin/inbox/enquiries/{first.pk}/dismiss/", {"back": back}, follow=True)
    assert [item.key for item in shown.context["listing"].items] == [second.pk]
    first.refresh_from_db()
    assert first.done_by == "mara"


def test_what_became_of_a_campaign_that_has_ended_is_set_aside_and_no_open_question(sign_in: SignIn) -> None:
    desk = sign_in("view_mailcampaign", "change_mailcampaign")
    columns = {"shop": make_order(state="closed").shop, "template_id": 1, "budget": 5, "problem": "Refunded."}
    ended = MailCampaign.objects.create(name="Autumn", state="cancelled", **columns)
    stuck = MailCampaign.objects.create(name="Winter", state="stuck", **columns)
    for campaign in (ended, stuck):
        shown = desk.post(f"/admin/inbox/campaigns/{campaign.pk}/dismiss/", follow=True)
        campaign.refresh_from_db()
    assert "still needs a decision" in shown.content.decode()
    assert (ended.problem, stuck.problem) == ("", "Refunded.")


def test_what_a_colleague_dealt_with_meanwhile_is_refused_in_words(sign_in: SignIn) -> None:
    desk = sign_in("view_order", "view_enquiry", "change_enquiry")
    row = Enquiry.objects.create(vendor="sign-customiser", vendor_id="a", done_at=timezone.now(), done_by="tom")
    shown = desk.post(f"/admin/inbox/enquiries/{row.pk}/dismiss/", follow=True)
    assert "Someone else has already dealt with this" in shown.content.decode()
    row.refresh_from_db()
    assert row.done_by == "tom"


def test_what_has_no_dismissal_cannot_be_dismissed(desk: Client) -> None:
    [hold] = held()
    assert desk.post(f"/admin/inbox/held-manual/{hold.pk}/dismiss/").status_code == 404
    assert desk.get(f"/admin/inbox/held-manual/{hold.pk}/assign/").status_code == 405
    assert Hold.objects.get().released_at is None


def test_the_list_goes_on_by_key_from_the_last_row(desk: Client) -> None:
    held(31)
    listing = desk.get("/admin/?kind=held-manual").context["listing"]
    assert (len(listing.items), listing.next) == (30, listing.items[-1].key)
    rest = desk.get(f"/admin/?kind=held-manual&after={listing.next}").context["listing"]
    assert (len(rest.items), rest.next) == (1, None)
    assert rest.items[0].key not in {item.key for item in listing.items}


@pytest.mark.parametrize("query", ["kind=nothing", "show=x", "kind=held-manual&item=x&after=99999999999999999999999"])
def test_an_address_that_means_nothing_is_answered_all_the_same(desk: Client, query: str) -> None:
    held()
    assert desk.get(f"/admin/?{query}").status_code == 200


def test_roles_decide_which_kinds_one_sees(client: Client) -> None:
    call_command("setup_groups", verbosity=0)
    names = {}
    for group in ("Order desk", "Production desk", "Catalogue desk", "Marketing", "Read only"):
        user = User.objects.create_user(group, is_staff=True)
        user.groups.add(user.groups.model.objects.get(name=group))
        names[group] = {kind.name for kind in kinds_of(user)}
    assert {"held-bad_address", "enquiries", "strays"} <= names["Order desk"]
    assert not {"production-late", "change-sets-to-approve", "campaigns"} & names["Order desk"]
    assert {"production-late", "lost-labels"} <= names["Production desk"]
    assert not any(name.startswith("held-") for name in names["Production desk"] | names["Marketing"])
    assert "change-sets-to-approve" in names["Catalogue desk"]
    assert {"campaigns", "refused-exports"} <= names["Marketing"]
    # Who can do nothing reads along.
    assert {"held-bad_address", "production-late", "campaigns"} <= names["Read only"]


def test_the_kinds_of_others_are_one_click_away(sign_in: SignIn) -> None:
    held()
    packer = sign_in("view_order", "view_productionorder", "dispatch_productionorder", name="paul")
    page = packer.get("/admin/")
    assert not page.context["rows"]
    others = packer.get(page.context["others"]["url"])
    assert [row.kind.name for row in others.context["rows"]] == ["held-manual"]


def test_each_role_has_its_work_in_the_menu_and_the_rest_below(client: Client) -> None:
    call_command("setup_groups", verbosity=0)
    user = User.objects.create_user("paul", is_staff=True)
    user.groups.add(user.groups.model.objects.get(name="Production desk"))
    client.force_login(user)
    groups = client.get("/admin/").context["sidebar_navigation"]
    own = [str(item["title"]) for group in groups[:-1] for item in group["items"]]
    assert own[0] == "Inbox"
    assert len(own) <= 6
    assert (groups[-1]["title"], groups[-1]["collapsible"]) == ("Lookup", True)
    assert "Orders" in {item["title"] for item in groups[-1]["items"]}


def test_the_menu_counts_the_readers_work(desk: Client) -> None:
    held(2)
    answer = desk.get("/admin/inbox/counts/").json()["counts"]
    assert answer == {"/admin/": "2", "/admin/orders/order/": "2"}
    assert desk.get("/admin/inbox/counts/").json()["counts"] == answer


def test_mine_is_exact_although_more_than_a_thousand_are_others(desk: Client) -> None:
    shop = make_order().shop
    now = timezone.now()
    mara = User.objects.get(username="mara")
    Order.objects.bulk_create(
        Order(
            shop=shop, number=f"N-{n}", reference=f"R-{n}", placed_at=now, currency="EUR", total=1,
            assignee=mara if n >= 1100 else None,
        )
        for n in range(1105)
    )  # fmt: skip
    assert counts(desk, "to-release") == {"mine": "5", "unassigned": "999+", "team": "999+", "snoozed": "0"}


def test_counting_takes_as_many_queries_for_one_row_as_for_many(admin_user: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            count_kinds(kinds_of(admin_user), user=admin_user, snoozed={})
        return len(found)

    few = queries()
    held(20)
    assert queries() == few


def test_the_list_of_a_kind_needs_the_same_queries_however_long_it_is(desk: Client) -> None:
    held(2)
    desk.get("/admin/?kind=held-manual")
    with CaptureQueriesContext(connection) as few:
        desk.get("/admin/?kind=held-manual")
    held(20)
    with CaptureQueriesContext(connection) as many:
        desk.get("/admin/?kind=held-manual")
    assert len(many) == len(few) <= 24


def test_the_trend_compares_with_the_last_count_of_yesterday(desk: Client) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    DailyCount.objects.create(kind="held-manual", day=yesterday, count=5)
    held(3)
    trends.record_counts()
    trends.record_counts()
    assert DailyCount.objects.get(kind="held-manual", day=timezone.localdate()).count == 3
    [row] = desk.get("/admin/").context["rows"]
    assert (row.trend.change, row.change) == (-2, "-2 since yesterday")
    assert row.trend.points.count(",") == 2


@pytest.mark.usefixtures("ages_last")
def test_the_browser_gets_nothing_while_nothing_has_changed(desk: Client) -> None:
    held()
    version = desk.get("/admin/").context["live"].version
    assert desk.get("/admin/", headers={"X-Live": version}).status_code == 204
    held()
    assert desk.get("/admin/", headers={"X-Live": version}).status_code == 200


def test_the_script_of_the_page_gets_its_content_alone(desk: Client) -> None:
    held()
    part = desk.get("/admin/?kind=held-manual", headers={"X-Part": "1"}).content.decode()
    assert "data-inbox" in part
    assert "nav-sidebar" not in part


def test_a_refused_request_is_dismissed_with_who_did_it(sign_in: SignIn) -> None:
    desk = sign_in("view_push", "resend_push")
    row = Push.objects.create(
        vendor="mypromo", kind="orders.place", subject_type="orders.vendororder", subject_id=1, state="failed",
        needs_attention=True, next_at=timezone.now(),
    )  # fmt: skip
    desk.post(f"/admin/inbox/refused-requests/{row.pk}/dismiss/")
    row.refresh_from_db()
    assert (row.needs_attention, row.decided_by) == (False, "mara")


def test_a_kind_is_found_by_its_name_only_by_who_may_see_it(sign_in: SignIn) -> None:
    sign_in(name="eve")
    assert kind_named("held-manual", user=User.objects.get(username="eve")) is None


def test_each_day_is_offered_once_and_tomorrow_always(monkeypatch: pytest.MonkeyPatch) -> None:
    for day in range(23, 30):  # Monday to Sunday
        monkeypatch.setattr(timezone, "localdate", lambda day=day: date(2026, 11, day))
        offered = snoozes.choices()
        assert offered[0] == ((date(2026, 11, day) + timedelta(days=1)).isoformat(), "Tomorrow")
        assert len({one for one, _label in offered}) == len(offered) >= 2


def test_the_digest_counts_what_the_inbox_shows(desk: Client) -> None:
    held(2)
    [hold, *_more] = held()
    desk.post(f"/admin/inbox/held-manual/{hold.pk}/snooze/", {"until": tomorrow()})
    assert list(digest_lines(User.objects.get(username="mara"))) == [("2", "Held: held manually")]


def test_a_webhook_that_fits_nothing_is_dismissed_and_can_still_be_replayed(sign_in: SignIn) -> None:
    desk = sign_in("view_push", "view_callback", "replay_callback")
    found = Callback.objects.create(vendor="mypromo", topic="orders", key="1", body=b"{}", state="orphan")
    assert counts(desk, "orphan-webhooks")["team"] == "1"
    desk.post(f"/admin/inbox/orphan-webhooks/{found.pk}/dismiss/")
    found.refresh_from_db()
    assert found.state == "dismissed"
    assert "mara" in str(found.note)
    assert counts(desk, "orphan-webhooks")["team"] == "0"
    assert replay_callbacks(Callback.objects.filter(pk=found.pk)) == 1


def test_a_webhook_that_is_still_tried_is_nobodys_work_and_cannot_be_dismissed(sign_in: SignIn) -> None:
    desk = sign_in("view_push", "view_callback", "replay_callback")
    found = Callback.objects.create(
        vendor="mypromo", topic="orders", key="1", body=b"{}", state="orphan", next_at=timezone.now()
    )
    assert counts(desk, "orphan-webhooks")["team"] == "0"
    desk.post(f"/admin/engine/callback/{found.pk}/dismiss/")
    found.refresh_from_db()
    assert found.state == "orphan"


def test_a_mention_is_seen_and_marked_as_read_by_whom_it_names_alone(desk: Client, sign_in: SignIn) -> None:
    order = make_order(state="closed")
    comment = Comment.objects.create(order=order, author_name="Tom", text="@mara Is this his?")
    mention = Mention.objects.create(comment=comment, user=User.objects.get(username="mara"))
    assert counts(desk, "mentions") == {"mine": "1", "unassigned": "0", "team": "1", "snoozed": "0"}
    colleague = sign_in("view_order", "change_order", name="ada")
    assert set(counts(colleague, "mentions").values()) == {"0"}
    assert "Is this his?" not in colleague.get("/admin/?kind=mentions").content.decode()
    colleague.post(f"/admin/inbox/mentions/{mention.pk}/dismiss/")
    mention.refresh_from_db()
    assert mention.read_at is None
    desk.post(f"/admin/inbox/mentions/{mention.pk}/dismiss/")
    mention.refresh_from_db()
    assert mention.read_at is not None

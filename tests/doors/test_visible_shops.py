"""Who sees which shops: how restrictions add up, who may set them, and what follows of them outside of pages."""

from collections.abc import Callable

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.accounts.models import Shop
from backoffice.accounts.services.staff_rights import grantable_groups, holds_no_more
from backoffice.accounts.services.visibility import (
    forget_shops,
    keep_within,
    restrict,
    restriction_of,
    set_shops,
    visible_shops,
)
from backoffice.dashboard.day import figures
from backoffice.errors import InvalidInput, NotAllowed
from backoffice.jobs.models import Job, RowState
from backoffice.jobs.services.drafting import draft_job
from backoffice.jobs.services.kinds import JOB_KINDS
from backoffice.jobs.services.working import work_job
from backoffice.mail.models import Mail, StaffMail
from backoffice.mail.services.kinds import MAIL_KINDS
from backoffice.visibility import SHARED, is_registered, narrow, seeing, visible
from orders.conversation.services.comments import write_comment
from orders.models import Order
from orders.services.annotations import assign_order
from tests.orders.rows import make_order

pytestmark = pytest.mark.django_db
Make = Callable[..., User]


@pytest.fixture
def shops() -> tuple[Shop, Shop]:
    return Shop.objects.create(code="PARIS", name="Paris"), Shop.objects.create(code="ROMA", name="Roma")


@pytest.fixture
def boss() -> User:
    return User.objects.create_superuser("boss")


@pytest.fixture
def person() -> Make:
    def make(name: str, *rights: str, role: Group | None = None) -> User:
        user = User.objects.create_user(name, is_staff=True, email=f"{name}@example.com")
        user.user_permissions.set(Permission.objects.filter(codename__in=rights))
        if role:
            user.groups.add(role)
        return user

    return make


def order_of(shop: Shop, **changes: object) -> Order:
    order = make_order(**changes)
    Order.objects.filter(pk=order.pk).update(shop=shop, number=f"{shop.code}-{order.pk}")
    order.refresh_from_db()
    return order


def test_every_model_says_whose_its_rows_are() -> None:
    missing = [model._meta.label for model in apps.get_models() if not is_registered(model)]
    assert missing == [], "Say in the app's visibility.py how a row reaches its shop, or why it is no shop's."
    assert all(len(reason) > 20 for reason in SHARED.values())


def test_every_condition_can_be_asked() -> None:
    for model in apps.get_models():
        if model._meta.managed:
            assert list(narrow(model._default_manager.all(), frozenset({0}))[:1]) == [] or model in SHARED, model


def test_a_model_without_an_entry_is_hidden_loudly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(narrow.__globals__["_CONDITIONS"], Order)
    assert list(narrow(Order.objects.all(), None)) == []
    with pytest.raises(LookupError, match="Order has no entry"):
        narrow(Order.objects.all(), frozenset({1}))


def test_restrictions_of_roles_add_up_and_one_of_the_person_is_the_whole_answer(
    shops: tuple[Shop, Shop], boss: User, person: Make
) -> None:
    paris, roma = shops
    of_paris, of_roma, of_none = (Group.objects.create(name=name) for name in ("Paris", "Roma", "Reading"))
    set_shops(of_paris, [paris], actor=boss)
    set_shops(of_roma, [roma], actor=boss)
    user = person("mia")
    seen = []
    for role in (of_none, of_paris, of_roma):
        user.groups.add(role)
        forget_shops(user)
        seen.append(visible_shops(user))
    assert seen == [None, {paris.pk}, {paris.pk, roma.pk}]
    set_shops(user, [roma], actor=boss)
    assert visible_shops(user) == {roma.pk}
    set_shops(user, [], actor=boss)
    assert visible_shops(user) == frozenset()
    set_shops(user, None, actor=boss)
    assert visible_shops(user) == {paris.pk, roma.pk}
    assert visible_shops(boss) is None


def test_a_shop_that_is_deleted_opens_no_other(shops: tuple[Shop, Shop], boss: User, person: Make) -> None:
    user = person("mia")
    set_shops(user, [shops[0]], actor=boss)
    shops[0].delete()
    forget_shops(user)
    assert visible_shops(user) == frozenset()


def test_the_shops_are_asked_for_once_a_request(shops: tuple[Shop, Shop], boss: User, person: Make) -> None:
    user = person("mia")
    set_shops(user, [shops[0]], actor=boss)
    order_of(shops[0]), order_of(shops[1])
    with CaptureQueriesContext(connection) as queries:
        assert [order.shop_id for order in restrict(Order.objects.all(), user)] == [shops[0].pk]
        assert restrict(Order.objects.all(), user).count() == 1
    assert len(queries) == 3
    assert len(restrict(Order.objects.all(), User.objects.get(pk=user.pk))) == 1


def test_nobody_shows_or_takes_shops_that_they_do_not_see(shops: tuple[Shop, Shop], boss: User, person: Make) -> None:
    paris, roma = shops
    lead, mia, role = person("lead"), person("mia"), Group.objects.create(name="Desk")
    set_shops(lead, [paris], actor=boss)
    refused = [(lead, [paris]), (mia, [paris]), (boss, [paris]), (role, [paris])]
    set_shops(tom := person("tom"), [paris], actor=boss)
    refused += [(tom, [roma]), (tom, None)]
    for owner, wanted in refused:
        before = restriction_of(owner)
        with pytest.raises(NotAllowed):
            set_shops(owner, wanted, actor=lead)
        assert restriction_of(owner) == before
    set_shops(tom, [], actor=lead)
    assert restriction_of(tom) == []


def test_who_sees_some_shops_comes_into_no_account_that_sees_more(
    shops: tuple[Shop, Shop], boss: User, person: Make
) -> None:
    lead, mia, role = person("lead", "change_user"), person("mia"), Group.objects.create(name="Roma")
    set_shops(role, [shops[1]], actor=boss)
    assert holds_no_more(mia, than=lead)
    assert role in grantable_groups(lead)
    set_shops(lead, [shops[0]], actor=boss)
    forget_shops(lead)
    assert not holds_no_more(mia, than=lead)
    assert role not in grantable_groups(lead)
    keep_within(mia, actor=lead)
    assert visible_shops(mia) == {shops[0].pk}
    assert holds_no_more(mia, than=lead)


def test_what_takes_effect_in_all_shops_is_refused_to_who_sees_some(
    shops: tuple[Shop, Shop], boss: User, person: Make
) -> None:
    user = person("mia", "change_rule", "view_rule", "pause_integration")
    assert user.has_perms(["rules.change_rule", "engine.pause_integration"])
    set_shops(user, [shops[0]], actor=boss)
    assert not user.has_perm("rules.change_rule")
    assert not user.has_perm("engine.pause_integration")
    assert user.has_perm("rules.view_rule")


def test_a_job_keeps_the_view_of_whoever_made_it(shops: tuple[Shop, Shop]) -> None:
    own, other = order_of(shops[0]), order_of(shops[1])
    kind, sees = JOB_KINDS["orders.tag"], frozenset({shops[0].pk})
    with seeing(lambda: sees):
        job = draft_job(kind, Order.objects.all(), actor="mia")
        with pytest.raises(InvalidInput):
            draft_job(kind, Order.objects.filter(pk=other.pk), actor="mia")
    assert list(job.rows.values_list("subject_id", flat=True)) == [own.pk]
    all_of_it = draft_job(kind, Order.objects.all(), actor="boss")
    for shops_seen, jobs in ((sees, [job]), ({shops[1].pk}, []), (None, [job, all_of_it])):
        assert list(narrow(Job.objects.order_by("pk"), shops_seen and frozenset(shops_seen))) == jobs


def test_the_worker_of_a_job_sees_no_more_than_its_maker(
    shops: tuple[Shop, Shop], monkeypatch: pytest.MonkeyPatch
) -> None:
    order_of(shops[0]), order_of(shops[1])
    with seeing(lambda: frozenset({shops[0].pk})):
        job = draft_job(JOB_KINDS["orders.tag"], Order.objects.all(), actor="mia")
    seen: list[int] = []
    real = JOB_KINDS["orders.tag"].check

    def check(keys: list[int]) -> object:
        seen.extend(visible(Order.objects.all()).values_list("shop_id", flat=True))
        return real(keys)

    monkeypatch.setattr(JOB_KINDS["orders.tag"], "check", check)
    work_job(job.pk, seconds=5)
    assert seen == [shops[0].pk]
    assert job.rows.get().state == RowState.READY


def test_a_comment_mentions_nobody_who_does_not_see_the_shop(
    shops: tuple[Shop, Shop], boss: User, person: Make
) -> None:
    mia, tom = person("mia", "view_order"), person("tom", "view_order")
    set_shops(tom, [shops[0]], actor=boss)
    comment = write_comment(order_of(shops[1]), text="@mia @tom please look", author=boss)
    assert list(comment.mentions.values_list("user", flat=True)) == [mia.pk]


def test_an_order_is_assigned_to_nobody_who_does_not_see_its_shop(
    shops: tuple[Shop, Shop], boss: User, person: Make
) -> None:
    tom, order = person("tom", "view_order"), order_of(shops[1])
    set_shops(tom, [shops[0]], actor=boss)
    with pytest.raises(NotAllowed, match="tom has no access to orders of this shop"):
        assign_order(order, assignee=tom, actor="boss")
    order.refresh_from_db()
    assert order.assignee is None
    assert not order.events.exists()


def test_figures_are_of_the_shops_that_the_reader_sees(shops: tuple[Shop, Shop]) -> None:
    order_of(shops[0]), order_of(shops[1]), order_of(shops[1])
    cache.clear()
    for sees, count in ((None, "3"), (frozenset({shops[0].pk}), "1"), (frozenset(), "0")):
        with seeing(lambda sees=sees: sees):
            assert figures()[0].today == count


def test_a_mail_that_waits_is_not_sent_to_who_no_longer_sees_the_shop(
    shops: tuple[Shop, Shop], boss: User, person: Make
) -> None:
    tom = person("tom", "view_order")
    StaffMail.objects.create(user=tom, kinds=["staff.assigned"])
    order = order_of(shops[1], assignee=tom)
    mail = Mail(kind="staff.assigned", subject_type="orders.order", subject_id=order.pk, user=tom)
    kind = MAIL_KINDS["staff.assigned"]
    assert kind.still_wanted(mail) == ""
    set_shops(tom, [shops[0]], actor=boss)
    with seeing(lambda: visible_shops(tom)):
        assert kind.still_wanted(mail)


@pytest.mark.bench
def test_the_list_of_one_shop_among_fifty_is_read_in_order_by_its_index() -> None:
    """At 100,000 orders: 41 rows off `order_shop` in 0.03 ms."""
    Shop.objects.bulk_create(Shop(code=f"S{number}", name=f"Shop {number}") for number in range(50))
    first = Shop.objects.earliest("pk")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO orders_order (shop_id, number, reference, placed_at, currency, total, state, production,"
            " shipment, late, customer_email, customer_firstname, customer_lastname, customer_phone, accepts_letters,"
            " accepts_review_request, shipping_method, express_shipping, express_production, complaint, gift_message,"
            " custom_properties, tags, fingerprint, created_at, updated_at)"
            " SELECT %s + n / 2001, 'N' || n, 'R' || n, now(), 'EUR', 1, 'new', 'none', 'none', false, '', '', '', '',"
            " false, false, '', false, false, false, '', '{}', '{}', '', now(), now()"
            " FROM generate_series(1, 100000) n",
            [first.pk],
        )
        cursor.execute("ANALYZE orders_order")
    plan = narrow(Order.objects.defer("search"), frozenset({first.pk})).order_by("-pk")[:41].explain()
    assert "order_shop" in plan
    assert "Sort" not in plan

"""The pages: somebody is found, seen, given a copy and erased in few steps, each by who may."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.db.models import Q
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from backoffice.accounts.models import ShopRestriction
from backoffice.privacy.models import PrivacyRequest, RequestState, RetentionRule, VendorErasure
from backoffice.privacy.services.requests import work_requests
from backoffice.staff.recent_sign_in import SESSION_KEY
from orders.models import Order, OrderState, VendorOrder
from tests.orders.rows import make_order

pytestmark = pytest.mark.django_db
LIST = "/admin/backoffice/privacyrequest/"
JANA = "jana@example.com"
WHO = f"?email={JANA}"
SignIn = Callable[..., Client]


@pytest.fixture
def order(settings: Settings, tmp_path: Path) -> Order:
    settings.MEDIA_ROOT = tmp_path / "media"
    order = make_order(
        state=OrderState.CLOSED, customer_email=JANA, customer_firstname="Jana", customer_lastname="Größer"
    )
    VendorOrder.objects.create(order=order, vendor="mypromo", part=1, reference=order.number, vendor_id="9")
    from orders.services.search import refresh_search

    refresh_search(order)
    return order


@pytest.fixture
def desk() -> SignIn:
    """Sign in somebody with these rights of privacy, who has lately shown who they are."""

    def signed(*rights: str) -> Client:
        user = User.objects.create_user("mara", is_staff=True)
        names = ["view_privacyrequest", *rights]
        of_privacy = Q(content_type__app_label="privacy", codename__in=names)
        user.user_permissions.set(Permission.objects.filter(of_privacy | Q(codename="see_personal_data")))
        client = Client()
        client.force_login(user)
        return client

    return signed


def test_somebody_is_found_seen_and_erased_in_three_steps(order: Order, desk: SignIn) -> None:
    client = desk("erase_person", "export_person")
    page = client.get(LIST, {"q": "jana größer"})
    assert f"person/{WHO.replace('@', '%40')}" in page.content.decode()
    page = client.get(f"{LIST}person/{WHO}")
    text = page.content.decode()
    assert "Name, e-mail, telephone" in text
    assert "mypromo" in text
    assert client.get(f"{LIST}erase/{WHO}").status_code == 200
    answer = client.post(f"{LIST}erase/", {"email": JANA, "reason": "asked by mail"}, follow=True)
    assert answer.status_code == 200
    work_requests(seconds=5)
    order.refresh_from_db()
    row = PrivacyRequest.objects.get()
    assert (row.state, row.created_by, order.customer_email) == (RequestState.DONE, "mara", "")
    shown = client.get(reverse("admin:privacy_privacyrequest_change", args=[row.pk])).content.decode()
    assert JANA in shown  # in the text for the vendor, until it is done
    task = VendorErasure.objects.get()
    assert client.post(f"{LIST}vendor/{task.pk}/done/").status_code == 302
    shown = client.get(reverse("admin:privacy_privacyrequest_change", args=[row.pk])).content.decode()
    assert JANA not in shown
    assert client.get(LIST, {"q": JANA}).content.decode().count(f"#{row.pk}") == 1
    boss = Client()
    boss.force_login(User.objects.create_superuser("boss"))
    assert boss.get(reverse("admin:orders_order_change", args=[order.pk])).status_code == 200


def test_a_copy_is_made_and_fetched(order: Order, desk: SignIn) -> None:
    client = desk("export_person")
    assert client.post(f"{LIST}copy/", {"email": JANA}).status_code == 302
    work_requests(seconds=5)
    row = PrivacyRequest.objects.get()
    answer = client.get(f"{LIST}{row.pk}/file/")
    assert (answer.status_code, b"".join(answer.streaming_content)[:2]) == (200, b"PK")
    assert client.get(f"{LIST}erase/{WHO}").status_code == 403


@pytest.mark.parametrize(("rights", "path"), [((), "copy/"), ((), "erase/"), (("export_person",), "erase/")])
def test_who_may_not_is_refused_and_nothing_is_asked(order: Order, desk: SignIn, rights: tuple[str], path: str) -> None:
    client = desk(*rights)
    assert client.post(f"{LIST}{path}", {"email": JANA, "reason": "x"}).status_code == 403
    assert not PrivacyRequest.objects.exists()


def test_who_has_not_lately_shown_who_they_are_is_asked_first(order: Order, desk: SignIn) -> None:
    client = desk("export_person", "erase_person")
    session = client.session
    session[SESSION_KEY] = 0
    session.save()
    for path in ("copy/", "erase/"):
        assert client.post(f"{LIST}{path}", {"email": JANA, "reason": "x"}).status_code == 302
    assert not PrivacyRequest.objects.exists()


def test_who_sees_some_shops_only_is_kept_out(order: Order, desk: SignIn) -> None:
    client = desk("erase_person")
    user = User.objects.get(username="mara")
    ShopRestriction.objects.create(user=user).shops.add(order.shop)
    assert client.get(LIST).status_code == 403
    assert client.get(f"{LIST}person/{WHO}").status_code == 403


def test_periods_are_seen_and_changed_by_who_may(order: Order, desk: SignIn) -> None:
    client = desk("view_retentionrule", "change_retentionrule")
    url = "/admin/backoffice/retentionrule/"
    assert client.get(url).status_code == 200
    client.post(url, {"orders-all": "400", "mails-all": "1"})
    assert list(RetentionRule.objects.values_list("kind", "days")) == [("orders", 400)]
    assert "enter a number of days from 7 to" in client.get(url).content.decode()
    assert client.get(f"{LIST}record/").status_code == 200

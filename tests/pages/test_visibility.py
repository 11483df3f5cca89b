"""Every staff page and REST address, asked for by people who see one shop, over rows of others."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import caches
from django.db import connection, transaction
from django.test import Client
from psycopg.pq import TransactionStatus
from pytest_django import DjangoDbBlocker

from backoffice.accounts.models import ApiKey, Shop
from backoffice.accounts.services.rights.shipped import SHIPPED
from backoffice.accounts.services.visibility import set_shops
from backoffice.signin.models import FactorRequirement
from backoffice.visibility import SHARED
from orders.models import Order
from orders.services.search import refresh_searches
from tests.browser.hostile import seed
from tests.orders.rows import make_order
from tests.pages.addresses import PageAddress, model_of, rest_addresses, staff_addresses
from tests.pages.zebra import ZEBRA, digests, keys, plant

# One worker for all: each would make the rows anew.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("visibility")]
ORDERS = 40
# The inbox alone, without its frame: it has fifty addresses.
HEADERS = {"X-Part": "1"}
# Whatever key is asked for, it is their list that is shown.
LISTS_ONLY = {
    "conversation_mention", "engine_drift", "mail_mailtemplate", "marketing_exportbatch", "rules_notice"
}  # fmt: skip
PALETTE = "search/?s=okapi&extended=1"
# Where the control looks for what others are not shown.
CONTROLLED = {
    "orders_order_changelist", "orders_order_change", "engine_push_changelist", "customers_customer_page",
    "drafts_draftorder_changelist", "marketing_mailcampaign_changelist", "webhooks_webhookendpoint_changelist",
}  # fmt: skip
# They show the same whether they are posted to or not, and the first has fifty addresses.
READ = {"index", "today", "search", "app_list"}
# They end the session that asks.
LEAVING = {"logout", "login", "password_change", "password_change_done"}
# Accepted by most forms.
POSTED = {
    "reason": "Because a test asks for it.", "text": "Because a test asks for it.", "note": "A note.", "name": "A name",
    "choice": "arrived", "happened": "yes", "enabled": "1", "until": "2099-01-01", "tags": "one",
}  # fmt: skip


@dataclass
class Findings:
    """What came of one person's requests: addresses that showed a row of another shop, and answers by address."""

    leaks: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    shown: int = 0


@dataclass
class Field:
    """The shops: rows of others were there before the one that the reader sees had any."""

    own: Shop
    order: Order
    pages: list[PageAddress]
    others: dict[type, list[object]]
    boss: User


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Field]:
    with django_db_blocker.unblock(), transaction.atomic():
        seed(ORDERS)
        FactorRequirement.objects.all().delete()
        boss = User.objects.create_superuser("boss")
        set_shops(User.objects.earliest("pk"), [Shop.objects.earliest("pk")], actor=boss)
        plant()
        others, pages = keys(), list(_once(staff_addresses()))
        own = Shop.objects.create(code="OKAPI", name="Okapi shop")
        order = make_order(customer_email="okapi@example.com", customer_lastname="Okapi")
        order.shop, order.number = own, "OKAPI-100001"
        order.save()
        refresh_searches([order.pk])
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield Field(own, order, pages, others, boss)
        transaction.set_rollback(True)


def _once(addresses: Iterable[PageAddress]) -> Iterator[PageAddress]:
    """Yield one address of each pattern and query: what a reader sees depends on whose a row is, not on its state."""
    seen: set[Any] = set(LEAVING)
    for one in addresses:
        place = one.name, one.address.partition("?")[2]
        if not {place, one.name} & seen:
            seen.add(place)
            yield one


def person(name: str, *groups: str, sees: Shop | None, boss: User) -> Client:
    """Return the client of a member of staff with these roles, all of them where none is named."""
    user = User.objects.create_user(name, is_staff=True)
    user.groups.set(Group.objects.filter(name__in=groups) if groups else Group.objects.all())
    if sees:
        set_shops(user, [sees], actor=boss)
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="backoffice.signin.backends.StaffBackend")
    return client


def ask(client: Client, pages: Iterable[PageAddress], *, post: bool = False) -> Findings:
    """Ask for each page, or post a form to it."""
    found = Findings()

    for one in pages:
        for kept in caches.all():
            kept.clear()
        with transaction.atomic():
            response = client.post(one.address, POSTED) if post else client.get(one.address, headers=HEADERS)
            transaction.set_rollback(connection.connection.info.transaction_status == TransactionStatus.INERROR)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        found.statuses.setdefault(one.name, []).append((one.address, response.status_code))
        found.shown += response.status_code == 200
        if response.status_code >= 500 and response.status_code != 503:
            found.failed.append(f"{one.address} {response.status_code} {getattr(response, 'exc_info', None)}")
        text = content.decode(errors="replace") + response.headers.get("Location", "")
        if match := re.search(rf".{{0,60}}{ZEBRA}.{{0,60}}", text, re.IGNORECASE):
            found.leaks.setdefault(one.address, match[0].strip())
    return found


def is_page_of_row(name: str) -> bool:
    """Return whether it is the page of one row, of a model whose rows are of shops."""
    model = model_of(name) if name.endswith("_change") else None
    label = model._meta.label_lower.replace(".", "_") if model else ""
    return model not in SHARED and name == f"{label}_change" and label not in LISTS_ONLY


@pytest.fixture(scope="module")
def reader(world: Field) -> Client:
    """Return a reader with every right that a role gives, so that no page is left out for the want of one."""
    return person("okapi", sees=world.own, boss=world.boss)


def test_who_sees_one_shop_is_shown_nothing_of_others(world: Field, reader: Client) -> None:
    found = ask(reader, world.pages)
    assert not found.leaks, "\n".join(f"{address}: {text}" for address, text in found.leaks.items())
    assert not found.failed, "\n".join(found.failed)
    objects = {
        address: status
        for name, answers in found.statuses.items()
        for address, status in answers
        if is_page_of_row(name) and status not in (403, 404)
    }
    assert not objects
    assert found.shown > 60


def test_who_sees_one_shop_changes_nothing_of_others(world: Field, reader: Client) -> None:
    before = digests(world.others)
    lists = ("_changelist", "_history")
    found = ask(
        reader, [one for one in world.pages if not one.name.endswith(lists) and one.name not in READ], post=True
    )
    assert not found.failed, "\n".join(found.failed)
    assert digests(world.others) == before


def test_who_sees_one_shop_sees_all_of_it(world: Field, reader: Client) -> None:
    for address in (
        "orders/order/",
        f"orders/order/{world.order.pk}/change/",
        "orders/customer/",
        "?kind=to-release",
        PALETTE,
    ):
        content = reader.get(f"/admin/{address}").content.decode()
        assert "okapi@example.com" in content or world.order.number in content, address


def test_a_key_of_one_shop_reads_and_changes_nothing_of_others(world: Field) -> None:
    _key, secret = ApiKey.objects.create_key(name="okapi", shop=world.own)
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {secret}"})
    addresses = list(_once(rest_addresses()))
    before = digests(world.others)
    for post in (False, True):
        found = ask(client, addresses, post=post)
        assert not found.leaks, found.leaks
        assert not found.failed, found.failed
    assert digests(world.others) == before


@pytest.mark.soak
@pytest.mark.parametrize("role", [role.name for role in SHIPPED])
def test_no_role_is_shown_anything_of_other_shops(world: Field, role: str) -> None:
    found = ask(person(role.lower().replace(" ", "-"), role, sees=world.own, boss=world.boss), world.pages)
    assert not found.leaks, "\n".join(f"{address}: {text}" for address, text in found.leaks.items())
    assert not found.failed, "\n".join(found.failed)


def test_control_who_sees_all_shops_is_shown_others_and_changes_them(world: Field) -> None:
    everybody, before = person("zebra", sees=None, boss=world.boss), digests(world.others)
    asked = [one for one in world.pages if one.name in CONTROLLED]
    assert set(ask(everybody, asked).leaks) == {one.address for one in asked}
    with transaction.atomic():
        ask(everybody, [one for one in world.pages if one.name == "orders_enquiry_done"], post=True)
        assert digests(world.others) != before
        transaction.set_rollback(True)

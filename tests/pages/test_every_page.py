"""Every page and REST address over hostile rows of every state: none fails, lets markup through, renews itself, or asks
more of the database when there are five times the rows.
"""

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from backoffice.accounts.models import ApiKey, ApiKeyUse, Shop
from backoffice.sight import SIGHTS
from backoffice.signin import sessions
from tests.browser.hostile import seed
from tests.pages.addresses import PageAddress, rest_addresses, rows_of, staff_addresses, staff_patterns
from tests.pages.asking import Answer, ask, ask_once
from tests.pages.growing import CHILDREN, grow
from tests.pages.planting import find_readings, find_signs, is_reading, plant, reader

# One worker for all: each would make the rows and ask for the pages anew.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("pages")]
# name of a pattern -> queries of its page, the most of all states. `UPDATE_QUERY_COUNTS=1` writes it anew.
KNOWN = Path(__file__).with_name("query_counts.txt")
ORDERS = 60
TIMES = 5
# Pages of the control, which show what others may not see.
CONTROLLED = {"orders_order_change", "catalog_variant_change", "marketing_mailcampaign_changelist"}
# Files that are on no disk here, designs that no vendor has, and a word where a shop's code stands.
ELSEWHERE = {
    "catalog_customproduct_picture",
    "api-custom-product-picture",
    "fulfillment_productionorder_document",
    "jobs_job_file",
    "mail_shopmail_add",
    "marketing_mailcampaign_proof",
    "orders_order_design",
    "orders_order_label",
    "orders_order_picture",
}


# Asked for once where a page has such rows at all, as the numbers of orders are among entries of the audit trail.
ONCE = {"audit_auditentry_changelist": 1}


@dataclass(frozen=True)
class Walk:
    """The answers at once and at five times the rows."""

    few: list[Answer]
    many: list[Answer]
    # What who may not see it was shown, and the rights for which somebody else was: (address, right, excerpt).
    leaks: list[tuple[str, str, str]]
    shown: set[str]
    # Which addresses showed personal data: with a note for the audit trail, and without.
    noted: set[str]
    untraced: list[tuple[str, str]]


@pytest.fixture(scope="module")
def walk(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Walk]:
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        # Every few minutes a use of the session is noted, whatever page comes then: no part of what it costs.
        patch.setattr(sessions, "NOTED_EVERY", timedelta(days=1))
        seed(ORDERS)
        _count_rows()
        staff, shop = Client(raise_request_exception=False), _shop_client()
        staff.force_login(User.objects.create_superuser("mara"))
        pages, endpoints = list(staff_addresses()), list(rest_addresses())
        # What a process keeps from its first request on.
        list(ask(staff, pages[:3]))
        few = [*ask_once(staff, pages), *ask(shop, endpoints)]
        leaks, seen = _look_for_signs(pages, few)
        noted, untraced = _look_for_readings([*pages, *endpoints], few, shop)
        shown = {parent: rows_of(parent) for parent, *_rest in CHILDREN.values()}
        for _again in range(TIMES - 1):
            seed(ORDERS)
        asked = _first_of_each(few)
        grow(row for rows in shown.values() for row in rows)
        _count_rows()
        many = [*ask(staff, [one for one in pages if one in asked]), *ask(shop, endpoints)]
        yield Walk(few, many, leaks, seen, noted, untraced)
        transaction.set_rollback(True)


def _count_rows() -> None:
    """Let PostgreSQL plan for the rows that are there: what it knows of earlier tests' rows may cost a page 30 s."""
    with connection.cursor() as cursor:
        # On a busy machine PostgreSQL itself counts for long, and pages are rendered for long between two queries.
        cursor.execute("SET LOCAL lock_timeout = 0")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("ANALYZE")


def _look_for_signs(pages: list[PageAddress], few: list[Answer]) -> tuple[list[tuple[str, str, str]], set[str]]:
    """Walk once over every page with purchase prices, personal data and payments planted, then take them back."""
    with transaction.atomic():
        plant()
        first = {answer.name: answer.address for answer in reversed(few) if answer.status == 200}
        asked = [one for one in pages if first.get(one.name) == one.address]
        leaks = list(find_signs(reader("blind", lacks=SIGHTS), asked, SIGHTS))
        some = [one for one in asked if one.name in CONTROLLED]
        seen = {right for _address, right, _excerpt in find_signs(reader("seeing"), some, SIGHTS)}
        transaction.set_rollback(True)
    return leaks, seen


def _look_for_readings(
    pages: list[PageAddress], few: list[Answer], shop: Client
) -> tuple[set[str], list[tuple[str, str]]]:
    """Walk with personal data planted over every page whose address does not make it a reading, and some others."""
    first = _first_of_each(few)
    asked = [one for one in pages if one in first and (not is_reading(one.name) or one.name in CONTROLLED)]
    with transaction.atomic():
        plant()
        seeing = reader("noted")
        found = [
            *find_readings(seeing, [one for one in asked if not one.address.startswith("/api/")]),
            *find_readings(shop, [one for one in asked if one.address.startswith("/api/")]),
        ]
        transaction.set_rollback(True)
    noted = {name for name, _excerpt, is_noted in found if is_noted}
    return noted, [(name, excerpt) for name, excerpt, is_noted in found if not is_noted]


def _shop_client() -> Client:
    row, secret = ApiKey.objects.create_key(name="tests", shop=Shop.objects.get(code="WEB"))
    # Noted once a minute, whatever is asked for: no part of what an address costs.
    ApiKeyUse.objects.create(key=row, used_at=timezone.now() + timedelta(days=1))
    return Client(raise_request_exception=False, headers={"Authorization": f"Bearer {secret}"})


def _first_of_each(answers: list[Answer]) -> set[PageAddress]:
    """Return one address of each pattern and query that shows something."""
    found: dict[tuple[str, str], PageAddress] = {}
    for answer in answers:
        if answer.status == 200:
            found.setdefault((answer.name, answer.address.partition("?")[2]), PageAddress(answer.name, answer.address))
    return set(found.values())


def test_no_page_fails_lets_markup_through_or_renews_itself(walk: Walk) -> None:
    wrong = [(answer.address, answer.wrong) for answer in (*walk.few, *walk.many) if answer.wrong]
    assert not wrong, "\n".join(map(str, wrong))


def test_no_page_shows_what_its_reader_may_not_see(walk: Walk) -> None:
    assert not walk.leaks, "\n".join(map(str, walk.leaks))
    # The control: who may see it is shown all three.
    assert walk.shown == set(SIGHTS)


def test_no_page_shows_personal_data_without_a_trace(walk: Walk) -> None:
    assert not walk.untraced, "\n".join(map(str, walk.untraced))
    # The control: a page that its address makes a reading, and one that says itself what it shows.
    assert {"orders_order_change", "index"} <= walk.noted


def test_every_page_is_reached(walk: Walk) -> None:
    statuses: dict[str, set[int]] = defaultdict(set)
    for answer in walk.few:
        statuses[answer.name].add(answer.status)
    # Refused as such (405 to a GET, 403 to what nobody may) or answered; never only missed.
    missed = {name for name, found in statuses.items() if found <= {404}} - ELSEWHERE
    assert missed == set()
    nowhere = set(staff_patterns()) - set(statuses) - {"autocomplete", "view_on_site"}
    # Photos have to lie on a disk, and no request about a production order was sent.
    assert nowhere <= {
        "complaints_complaint_photo",
        "complaints_complaint_thumbnail",
        "fulfillment_productionorder_exchange",
    }
    assert sum(answer.is_page for answer in walk.few) > 150


def test_every_page_asks_as_much_at_five_times_the_rows(walk: Walk) -> None:
    few = {answer.address: answer.queries for answer in walk.few}
    grown = [
        (answer.address, few[answer.address], answer.queries)
        for answer in walk.many
        if answer.queries > few[answer.address] + ONCE.get(answer.name, 0)
    ]
    assert not grown, "\n".join(map(str, grown))


def test_no_page_asks_more_than_is_known_of_it(walk: Walk) -> None:
    most: dict[str, int] = {}
    for answer in walk.few:
        if answer.status == 200:
            most[answer.name] = max(most.get(answer.name, 0), answer.queries)
    if os.environ.get("UPDATE_QUERY_COUNTS"):
        KNOWN.write_text("".join(f"{name} {count}\n" for name, count in sorted(most.items())))
    known = {name: int(count) for name, count in (line.split() for line in KNOWN.read_text().splitlines())}
    more = {name: (known.get(name), count) for name, count in most.items() if count > known.get(name, -1)}
    assert not more, f"name: (known, now); UPDATE_QUERY_COUNTS=1 writes {KNOWN.name} reconnect: {more}"

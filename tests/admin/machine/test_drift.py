"""Missed webhooks: listed, counted for each vendor, and shown where the vendor is."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.engine.models import Drift
from tests.admin.machine.conftest import SignIn

LIST = reverse("admin:engine_drift_changelist")
CARDS = reverse("admin:engine_integration_changelist")


def missed(reference: str, *, vendor: str = "toy", subject: Any = None, hours: int = 1) -> None:
    at = timezone.now() - timedelta(hours=hours)
    about = {"subject_type": subject._meta.label_lower, "subject_id": subject.pk} if subject else {}
    Drift.objects.create(
        vendor=vendor, kind="orders", reference=reference, raw_state="SHIPPED", changed_at=at, found_at=at, **about
    )


def test_missed_webhooks_are_listed_newest_first_with_what_they_are_about(sign_in: SignIn, shop: Shop) -> None:
    missed("R-1", subject=shop)
    missed("R-2")
    page = sign_in("view_drift").get(LIST).content.decode()
    assert page.index("R-2") < page.index("R-1")
    assert "SHIPPED" in page
    assert reverse("admin:accounts_shop_change", args=[shop.pk]) in page


def test_a_tab_counts_and_shows_those_of_one_vendor(sign_in: SignIn) -> None:
    missed("R-1")
    missed("R-2", vendor="gone")
    client = sign_in("view_drift")
    tabs = client.get(LIST).context["tabs"]
    assert [(tab.title, tab.count) for tab in tabs] == [("All", 2), ("gone", 1), ("toy", 1)]
    page = client.get(LIST, {"vendor": "toy"}).content.decode()
    assert ("R-1" in page, "R-2" in page) == (True, False)


def test_the_vendors_card_and_the_metrics_count_those_of_a_day(sign_in: SignIn) -> None:
    missed("R-1")
    missed("R-2", hours=30)
    client = sign_in("view_drift")
    assert "1 missed in 24 hours" in client.get(CARDS).content.decode()
    assert 'backoffice_drift{vendor="toy"} 1.0' in client.get("/metrics").content.decode()


def test_the_list_takes_a_fixed_number_of_queries(sign_in: SignIn, shop: Shop) -> None:
    client, counts = sign_in("view_drift"), []
    for number in range(3):
        missed(f"R-{number}", subject=shop)
        client.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        counts.append(len(queries))
    assert len(set(counts)) == 1


def test_an_empty_list_says_that_nothing_was_missed(sign_in: SignIn) -> None:
    assert "No missed webhooks" in sign_in("view_drift").get(LIST).content.decode()


def test_who_may_not_see_them_gets_neither_the_list_nor_a_link_to_it(sign_in: SignIn, client: Any) -> None:
    missed("R-1")
    assert client.get(LIST).status_code == 302
    reader = sign_in()
    assert reader.get(LIST).status_code == 403
    cards = reader.get(CARDS).content.decode()
    assert ("1 missed in 24 hours" in cards, LIST in cards) == (True, False)

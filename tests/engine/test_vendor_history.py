"""How reliable a vendor has been: counted by day, drawn as stripes, read once in five minutes."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from backoffice.engine.admin.history_context import history_context
from backoffice.engine.models import Push
from backoffice.engine.services.vendor_history import DAYS, read_histories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


def send(state: str, *, days: int = 0, count: int = 1) -> None:
    last = Push.objects.count()
    when = timezone.now() - timedelta(days=days)
    for number in range(count):
        push = Push.objects.create(
            vendor="mypromo", kind="orders.place", subject_type="orders.vendororder", subject_id=last + number,
            state=state, next_at=when,
        )  # fmt: skip
        Push.objects.filter(pk=push.pk).update(created_at=when)


def test_the_share_of_what_ended_well_is_counted_by_day() -> None:
    send("confirmed", days=1, count=19)
    send("failed", days=1)
    send("confirmed", count=3)
    send("new", count=5)  # waits, and has not ended
    send("failed", days=DAYS, count=9)  # too long ago
    history = read_histories()["mypromo"]
    assert (history.ended, history.failed, history.success_percent) == (23, 1, pytest.approx(95.65, abs=0.01))
    shown = history_context(history)
    assert shown is not None
    assert [stripe.tone for stripe in shown.stripes[-3:]] == ["grey", "red", "green"]
    assert shown.summary == "95.6% of 23 requests succeeded in 30 days"
    with translation.override("de"):
        german = history_context(history)
        assert german is not None
        assert german.summary == "95,6 % von 23 Sendevorgängen in 30 Tagen erfolgreich"


def test_a_single_failure_among_many_is_amber_and_nothing_sent_shows_nothing() -> None:
    assert history_context(read_histories().get("mypromo")) is None
    cache.clear()
    send("confirmed", count=24)
    send("unknown")
    shown = history_context(read_histories()["mypromo"])
    assert shown is not None
    assert shown.stripes[-1].tone == "amber"


def test_the_page_reads_it_once_in_five_minutes(client: Client, settings) -> None:
    settings.MYPROMO_URL, settings.MYPROMO_CLIENT_ID = "http://127.0.0.1:9", "1"
    settings.MYPROMO_CLIENT_SECRET = "x"
    client.force_login(User.objects.create_superuser("mara"))
    send("confirmed", count=2)
    address = "/admin/backoffice/integration/"
    assert "requests succeeded in 30 days" in client.get(address).content.decode()
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    of_pushes = [query["sql"].lower() for query in queries if 'from "engine_push"' in query["sql"].lower()]
    assert not [sql for sql in of_pushes if "date_trunc" in sql or "::date" in sql]

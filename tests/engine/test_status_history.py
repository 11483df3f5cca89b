"""Vendors are asked how they are doing, and what they answered is kept by day."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.engine.models import StatusDay
from backoffice.engine.services import limiter
from backoffice.engine.services.status_history import DAYS_KEPT, ask_statuses, count_answer, read_status_histories
from backoffice.states import Tone
from backoffice.vendors.errors import RateLimited, VendorUnavailable
from tests.engine import toy
from tests.engine.toy import MakeBoth

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(toy_vendor: MakeBoth, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toy.Toy, "HAS_STATUS", True)


def refuse(error: Exception) -> None:
    def mishap(_name: str) -> None:
        raise error

    toy.SHELF.mishaps.append(mishap)


def counts() -> tuple[int, int, str]:
    row = StatusDay.objects.get(vendor="toy")
    return row.asked, row.failed, row.last_failure


def test_answers_are_counted_by_day_with_the_last_cause(asked: None) -> None:
    ask_statuses()
    refuse(VendorUnavailable("Down for\nmaintenance. " + "x" * 400))
    ask_statuses()
    assert counts()[:2] == (2, 1)
    assert counts()[2].startswith("Down for maintenance. xxx")
    assert len(counts()[2]) == 300
    ask_statuses()
    assert counts()[:2] == (3, 1)
    [day] = [day for day in read_status_histories()["toy"].days if day.asked]
    assert (day.tone, read_status_histories()["toy"].answered_percent) == (Tone.RED, 66.6)


def test_what_our_own_limiter_holds_back_is_not_counted(asked: None) -> None:
    refuse(RateLimited("the breaker is open"))
    ask_statuses()
    assert not StatusDay.objects.exists()


def test_a_paused_vendor_is_asked_all_the_same(asked: None) -> None:
    limiter.pause("toy", actor="mara", reason="")
    ask_statuses()
    assert counts()[:2] == (1, 0)


def test_a_vendor_without_a_status_to_ask_for_is_left_alone(toy_vendor: MakeBoth) -> None:
    ask_statuses()
    assert not StatusDay.objects.exists()


def test_a_day_is_good_shaky_or_bad_and_older_ones_are_forgotten(asked: None) -> None:
    today = timezone.localdate()
    for back, failed in ((DAYS_KEPT, 0), (DAYS_KEPT - 1, 0), (2, 14), (1, 15)):
        StatusDay.objects.create(vendor="toy", day=today - timedelta(days=back), asked=288, failed=failed)
    count_answer("toy", cause="")
    days = read_status_histories()["toy"].days
    assert [day.tone for day in (days[0], days[-4], *days[-3:])] == [
        Tone.GREEN,
        Tone.GREY,
        Tone.AMBER,
        Tone.RED,
        Tone.GREEN,
    ]
    assert (len(days), StatusDay.objects.count()) == (DAYS_KEPT, DAYS_KEPT - 86)


def test_the_page_shows_the_history_and_escapes_what_the_vendor_said(admin_client: Client, asked: None) -> None:
    count_answer("toy", cause='<script>"')
    page = admin_client.get(reverse("admin:engine_integration_changelist")).content.decode()
    assert "0.0% of 1 status check succeeded in 90 days" in page
    assert "1 check, 1 failed\n&lt;script&gt;&quot;" in page
    assert page.count("<title>") >= DAYS_KEPT

"""Mails to staff: gathered, each once, and none of what has been dealt with."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import Settings

from backoffice.engine.models import Heartbeat, Integration, Push
from backoffice.engine.models.push import PushState
from backoffice.mail.models import Mail
from backoffice.mail.services.choices import choose_for_staff
from backoffice.mail.services.kinds import MAIL_KINDS
from orders.conversation.services.digest import queue_digests
from orders.conversation.services.troubles import queue_failure_mails, queue_outage_mails
from orders.models import HoldReason, VendorOrder, VendorOrderState
from orders.services.lifecycle import hold_order, release_order
from tests.orders.rows import make_order

pytestmark = pytest.mark.django_db
KINDS = ["staff.failures", "staff.outage", "staff.digest"]


@pytest.fixture
def mara(settings: Settings) -> User:
    settings.TIME_ZONE = "Europe/Berlin"
    user = User.objects.create_superuser("mara", "mara@shop.example", first_name="Mara")
    choose_for_staff(user, kinds=KINDS, language="en")
    return user


def fail(count: int) -> None:
    for _number in range(count):
        release_order(make_order(), actor="mara")
    Push.objects.update(state=PushState.FAILED, needs_attention=True, cause="The street is too long.")
    Push.objects.update(attention_since=timezone.now() - timedelta(minutes=11))


def test_many_failures_are_one_mail_and_the_same_ones_no_second(mara: User) -> None:
    fail(3)
    for _time in range(2):
        queue_failure_mails()
    (mail,) = Mail.objects.all()
    kind = MAIL_KINDS["staff.failures"]
    assert kind.still_wanted(mail) == ""
    context = kind.context(mail)
    assert (context["count"], context["failures"]) == (3, "3 × mypromo: The street is too long.")
    Push.objects.update(needs_attention=False)
    assert kind.still_wanted(mail) == "All of these have been resolved in the meantime."


def test_a_failure_that_is_worked_on_further_is_no_second_mail(mara: User) -> None:
    fail(1)
    queue_failure_mails()
    later = timezone.now() + timedelta(minutes=20)
    Push.objects.update(updated_at=later, looks=7)  # as after each search for what became of it
    queue_failure_mails(now=later + timedelta(minutes=20))
    assert Mail.objects.count() == 1


def test_who_has_switched_nothing_on_gets_nothing() -> None:
    User.objects.create_superuser("tom", "tom@shop.example")
    fail(1)
    queue_failure_mails()
    queue_outage_mails()
    queue_digests(now=timezone.now() + timedelta(hours=24))
    assert not Mail.objects.exists()


def test_the_digest_comes_once_a_morning_and_says_what_the_first_page_says(mara: User) -> None:
    Heartbeat.objects.create(name="sweep", at=timezone.now())
    zone = ZoneInfo("Europe/Berlin")
    queue_digests(now=datetime(2026, 11, 30, 6, 59, tzinfo=zone))
    assert not Mail.objects.exists()
    for hour in (7, 8, 23):
        queue_digests(now=datetime(2026, 11, 30, hour, tzinfo=zone))
    (mail,) = Mail.objects.all()
    kind = MAIL_KINDS["staff.digest"]
    assert kind.still_wanted(mail) == "Nothing needs attention."
    hold_order(make_order(), reason=HoldReason.MANUAL, text="look", actor="mara")
    assert kind.still_wanted(mail) == ""
    assert "1 × " in kind.context(mail)["lines"]


def test_each_outage_is_one_mail(mara: User) -> None:
    Heartbeat.objects.create(name="sweep", at=timezone.now() - timedelta(minutes=5))
    for _time in range(2):
        queue_outage_mails()
    (mail,) = Mail.objects.all()
    assert "is not running" in MAIL_KINDS["staff.outage"].context(mail)["what"]


def test_an_outage_of_a_vendor_is_one_mail_however_often_a_trial_call_fails(mara: User, settings: Settings) -> None:
    settings.MYPROMO_URL, settings.MYPROMO_CLIENT_ID = "http://127.0.0.1:9", "1"
    settings.MYPROMO_CLIENT_SECRET = "x"
    now = timezone.now()
    Heartbeat.objects.create(name="sweep", at=now)
    Integration.objects.create(vendor="mypromo", last_success_at=now - timedelta(hours=2), failures=11)
    for minutes in (0, 5, 10):
        failed = {"last_failure_at": now + timedelta(minutes=minutes), "open_until": now + timedelta(hours=1)}
        Integration.objects.update(**failed)
        queue_outage_mails()
    assert Mail.objects.count() == 1
    Integration.objects.update(last_success_at=now)  # and once it has worked, the next is another one
    queue_outage_mails()
    assert Mail.objects.count() == 2


def test_a_second_full_disk_is_a_second_mail(mara: User, monkeypatch: pytest.MonkeyPatch) -> None:
    Heartbeat.objects.create(name="sweep", at=timezone.now())
    monkeypatch.setattr("backoffice.engine.services.disk.has_room", lambda size: False)
    for _time in range(2):
        queue_outage_mails()
    assert Mail.objects.count() == 1
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr("orders.conversation.services.troubles.timezone.localdate", lambda: tomorrow)
    queue_outage_mails()
    assert Mail.objects.count() == 2


def test_a_vendor_that_makes_something_and_is_silent_for_a_day_is_an_outage(mara: User) -> None:
    Heartbeat.objects.create(name="sweep", at=timezone.now())
    Integration.objects.create(vendor="mypromo", last_success_at=timezone.now() - timedelta(hours=25))
    queue_outage_mails()
    assert not Mail.objects.exists()
    release_order(make_order(), actor="mara")
    VendorOrder.objects.update(state=VendorOrderState.SUBMITTED)
    queue_outage_mails()
    assert Mail.objects.get().params["text"].endswith("has not answered for a day.")

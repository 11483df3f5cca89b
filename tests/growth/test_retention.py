"""Every table is bounded or has a reason; what is too old goes, in batches, and nothing else does."""

import time
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.core.management import call_command
from django.utils import timezone

from backoffice.accounts.models import IdempotencyKey, Shop
from backoffice.engine.models import Lease, Push, PushAttempt
from backoffice.engine.models.push import PushState
from backoffice.engine.services import retention
from backoffice.engine.services.leases import LeaseHolder
from backoffice.engine.services.pushes import queue_push
from backoffice.engine.services.retention import LEASE, POLICIES, forget_old_rows, growth_table
from backoffice.mail.models import Mail
from backoffice.webhooks.models import ShopEvent, WebhookDelivery, WebhookEndpoint
from orders.services.push_kinds import CANCEL

ROOT = Path(__file__).resolve().parents[2]
NOW = timezone.now()


def old(days: float = 400) -> datetime:
    return NOW - timedelta(days=days)


def keys(shop: Shop, *days: float) -> None:
    for number, back in enumerate(days):
        row = IdempotencyKey.objects.create(shop=shop, key=str(number), request_hash="")
        IdempotencyKey.objects.filter(pk=row.pk).update(created_at=old(back))


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop.objects.create(code="WEB", name="Web")


def test_every_model_is_bounded_or_kept_for_a_reason() -> None:
    known = {model._meta.label for model in apps.get_models()}
    missing = sorted(known - set(POLICIES))
    assert not missing, f"Say in the app's growth.py how long these keep their rows, or why: {missing}"
    assert not sorted(set(POLICIES) - known), "These are no models."


def test_the_document_shows_the_table_as_it_is() -> None:
    text = (ROOT / "docs/operate/growth.md").read_text()
    assert "\n".join(growth_table()) in text, (
        "Put the output of `manage.py growth --markdown` into docs/operate/growth.md."
    )


@pytest.mark.django_db
def test_what_grows_is_listed_with_its_size() -> None:
    out = StringIO()
    call_command("growth", stdout=out)
    assert "engine_callback_by_month: CALLBACK_MONTHS whole months" in out.getvalue()


def test_old_rows_go_and_young_ones_stay(shop: Shop, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    settings.IDEMPOTENCY_DAYS = 35
    keys(shop, 60, 50, 40, 36, 34, 1)
    assert forget_old_rows() == {"accounts.IdempotencyKey": 4}
    assert sorted(IdempotencyKey.objects.values_list("key", flat=True)) == ["4", "5"]


def test_a_run_out_of_time_goes_on_where_it_was(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    keys(shop, *[60] * 4)
    # Begun; the table before it, and its one look; then this one, and its first look.
    ticks = iter([0.0] * 5 + [1.0] * 99)
    monkeypatch.setattr(retention, "time", SimpleNamespace(monotonic=lambda: next(ticks)))
    assert forget_old_rows(seconds=0.5) == {"accounts.IdempotencyKey": 2}
    assert "after" in Lease.objects.get(name=LEASE).notes["accounts.IdempotencyKey"]
    monkeypatch.setattr(retention, "time", time)
    assert forget_old_rows() == {"accounts.IdempotencyKey": 2}
    assert forget_old_rows() == {}


def test_only_one_process_at_a_time_removes_anything(shop: Shop) -> None:
    keys(shop, 60)
    other = LeaseHolder(LEASE, seconds=60)
    other.take()
    assert forget_old_rows() == {}
    other.release({})
    assert forget_old_rows() == {"accounts.IdempotencyKey": 1}


def finished(state: PushState, **values: Any) -> Push:
    values = {"vendor": "mypromo", "kind": CANCEL, "subject_type": "accounts.shop", "subject_id": 1} | values
    payload = {"take_back": "4711", "lines": [1, 2]}
    push = Push.objects.create(**values, state=state, payload=payload, errors=["x"], next_at=NOW, finished_at=old())
    PushAttempt.objects.create(push=push, started_at=old())
    return push


@pytest.mark.django_db
def test_a_confirmed_push_becomes_a_line_that_still_keeps_it_from_being_sent_twice(shop: Shop) -> None:
    first = finished(PushState.CONFIRMED, subject_id=shop.pk)
    assert forget_old_rows() == {"engine.Push": 1}
    line = Push.objects.get(pk=first.pk)
    assert (line.payload, line.errors) == ({"take_back": "4711"}, [])
    same = {name: getattr(first, name) for name in ("vendor", "kind", "subject_type", "subject_id", "generation")}
    same |= {name: getattr(first, name) for name in ("state", "created_at", "finished_at", "updated_at", "attempts")}
    assert {name: getattr(line, name) for name in same} == same
    assert queue_push(CANCEL, vendor="mypromo", subject=shop, actor="system").generation == 2
    assert Push.objects.filter(payload__take_back="4711").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("state", [PushState.FAILED, PushState.UNKNOWN, PushState.NEW])
def test_a_push_that_may_be_sent_again_keeps_what_it_would_send(state: PushState) -> None:
    push = finished(state)
    assert forget_old_rows() == {}
    assert Push.objects.get(pk=push.pk).payload == push.payload


def test_an_event_goes_once_a_newer_one_says_the_version_and_nobody_waits_for_it(shop: Shop) -> None:
    about = {"shop": shop, "topic": "order.shipped", "object_type": "order", "path": "", "created_at": old()}
    events = [ShopEvent.objects.create(**about, object_id="1", version=number) for number in (1, 2, 3)]
    endpoint = WebhookEndpoint.objects.create(shop=shop, url="https://shop.example/")
    for event, state in zip(events, ("delivered", "waiting", "delivered"), strict=True):
        WebhookDelivery.objects.create(
            endpoint=endpoint, event=event, object_key=f"order/{event.pk}", state=state,
            finished_at=old() if state == "delivered" else None,
        )  # fmt: skip
    forget_old_rows()
    assert list(ShopEvent.objects.values_list("version", flat=True)) == [2, 3]
    assert list(WebhookDelivery.objects.values_list("state", flat=True)) == ["waiting"]


@pytest.mark.django_db
def test_a_mail_that_somebody_has_to_look_at_stays() -> None:
    about = {"kind": "shipped", "subject_type": "orders.order", "recipient": "a@example.com", "language": "en"}
    for number, needs in enumerate((True, False)):
        Mail.objects.create(**about, subject_id=number, finished_at=old(800), needs_attention=needs)
    assert forget_old_rows() == {"mail.Mail": 1}
    assert Mail.objects.get().needs_attention

"""Callbacks: stored once as they came, applied once, repeatable."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.engine.models import Callback
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.services.callbacks import process_callback, replay_callbacks, work_due_callbacks
from backoffice.engine.services.handlers import CALLBACK_HANDLERS
from backoffice.vendors.errors import (
    VendorAmbiguous,
    VendorError,
    VendorProtocolError,
    VendorRejected,
    VendorUnavailable,
)
from tests.engine.toy import ToyMessage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toy_vendor")]
URL = "/callbacks/toy/shops/"


def post(client: Client, body: bytes, *, secret: str = "toy", url: str = URL) -> int:
    headers = {"Authorization": f"Bearer {secret}"}
    return client.post(url, body, content_type="application/json", headers=headers).status_code


def test_a_callback_is_stored_as_it_came_and_applied_by_the_worker(client: Client, shop: Shop) -> None:
    assert post(client, b"WEB New name") == 200
    callback = Callback.objects.get()
    assert (bytes(callback.body), callback.state) == (b"WEB New name", CallbackState.NEW)
    assert work_due_callbacks() == 1
    shop.refresh_from_db()
    callback.refresh_from_db()
    assert (shop.name, callback.state, callback.subject_id) == ("New name", CallbackState.APPLIED, shop.pk)


def test_a_repeat_is_answered_alike_and_only_counted(client: Client, shop: Shop) -> None:
    assert [post(client, b"WEB x") for _ in range(3)] == [200, 200, 200]
    assert Callback.objects.get().seen == 3


@pytest.mark.parametrize("body", [b"\xff\xfe", b"\x00", b"{", b"!", b"", b'{"a":NaN}', b"[" * 100_000])
def test_any_bytes_are_stored_and_answered(client: Client, body: bytes) -> None:
    assert post(client, body) == 200
    assert bytes(Callback.objects.get().body) == body


def test_a_forged_callback_is_refused_and_leaves_nothing(client: Client) -> None:
    assert post(client, b"WEB x", secret="guess") == 401
    assert not Callback.objects.exists()


def test_too_large_unknown_or_otherwise_wrong_requests_leave_nothing(client: Client) -> None:
    assert post(client, b"x" * (1024 * 1024 + 1)) == 413
    assert post(client, b"x", url="/callbacks/nobody/shops/") == 404
    assert client.get(URL).status_code == 405
    assert not Callback.objects.exists()


def test_an_unreadable_callback_is_kept_as_invalid_with_the_reason(client: Client) -> None:
    post(client, b"!nonsense")
    work_due_callbacks()
    callback = Callback.objects.get()
    assert (callback.state, callback.next_at) == (CallbackState.INVALID, None)
    assert "exclamation" in callback.note


def test_an_orphan_waits_for_what_it_belongs_to(client: Client) -> None:
    post(client, b"LATE name")
    work_due_callbacks()
    callback = Callback.objects.get()
    assert callback.state == CallbackState.ORPHAN
    assert callback.next_at is not None
    shop = Shop.objects.create(name="old", code="LATE")
    Callback.objects.update(next_at=timezone.now())
    work_due_callbacks()
    shop.refresh_from_db()
    assert shop.name == "name"


def test_an_orphan_that_nobody_claims_stays_visible_and_is_left_alone(client: Client) -> None:
    post(client, b"NEVER name")
    for _ in range(6):
        Callback.objects.update(next_at=timezone.now())
        work_due_callbacks()
    callback = Callback.objects.get()
    assert (callback.state, callback.next_at) == (CallbackState.ORPHAN, None)


def test_a_fault_of_ours_sets_the_row_aside_in_the_end_and_not_the_others(client: Client, shop: Shop) -> None:
    post(client, b"WEB explode")
    post(client, b"WEB fine")
    for _ in range(5):
        Callback.objects.filter(next_at__isnull=False).update(next_at=timezone.now())
        work_due_callbacks()
    assert Callback.objects.get(body=b"WEB explode").state == CallbackState.QUARANTINED
    shop.refresh_from_db()
    assert shop.name == "fine"


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (VendorProtocolError("no JSON"), CallbackState.QUARANTINED),
        (VendorRejected("no"), CallbackState.QUARANTINED),
        (VendorAmbiguous("HTTP 502"), CallbackState.NEW),
        (VendorUnavailable("not now"), CallbackState.NEW),
    ],
)
def test_a_vendor_that_will_say_the_same_for_ever_is_asked_a_few_times(
    client: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch, error: VendorError, state: CallbackState
) -> None:
    def ask(*_facts: object) -> None:
        raise error

    monkeypatch.setitem(CALLBACK_HANDLERS, ToyMessage, ask)
    post(client, b"WEB x")
    for _ in range(6):
        Callback.objects.filter(next_at__isnull=False).update(next_at=timezone.now())
        work_due_callbacks()
    callback = Callback.objects.get()
    assert (callback.state, callback.note) == (state, error.text)
    assert (callback.next_at is None) is (state == CallbackState.QUARANTINED)


def test_a_replay_changes_nothing_and_keeps_the_record(client: Client, shop: Shop) -> None:
    post(client, b"WEB once")
    work_due_callbacks()
    before = Callback.objects.values().get()
    assert replay_callbacks(Callback.objects.all()) == 1
    work_due_callbacks()
    after = Callback.objects.values().get()
    assert {**after, "attempts": 0} == {**before, "attempts": 0}


def test_two_workers_do_not_take_the_same_callback(client: Client, shop: Shop) -> None:
    post(client, b"WEB x")
    pk = Callback.objects.get().pk
    Callback.objects.update(next_at=timezone.now() + timedelta(seconds=30))  # as the first worker leaves it
    assert process_callback(pk) is False

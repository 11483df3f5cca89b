"""Requests: refused or postponed while something is open, done once nothing is, and again after a restore."""

import threading
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone
from pytest_django import Settings

from backoffice.audit.models import AuditEntry
from backoffice.audit.services.verifying import verify
from backoffice.engine.models import Push
from backoffice.engine.services.files import keep_file
from backoffice.errors import DomainError, InvalidInput
from backoffice.privacy.models import PrivacyRequest, RequestState, RetentionMark, RetentionRule
from backoffice.privacy.person import DataSubject
from backoffice.privacy.services import erasing, outside, requests, restoring
from backoffice.privacy.services.erasing import erase_named
from backoffice.privacy.services.requests import Meant
from backoffice.privacy.services.retention import preview_retention, run_retention, set_period
from backoffice.privacy.services.spellings import Scrubber
from orders import retention
from orders.marketing.models import CardRecipient, MailCampaign
from orders.models import Address, Enquiry, Order, OrderState
from tests.orders.rows import make_order

pytestmark = pytest.mark.django_db
JANA = "jana@example.com"


@pytest.fixture(autouse=True)
def kept_here(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def _order(state: str = OrderState.CLOSED, *, email: str = JANA, days: int = 0, **changes: Any) -> Order:
    order = make_order(state=state, customer_email=email, customer_lastname="Größer", **changes)
    Order.objects.filter(pk=order.pk).update(updated_at=timezone.now() - timedelta(days=days))
    return order


def test_an_open_order_refuses_an_erasure_and_nothing_has_changed() -> None:
    order = _order(OrderState.HELD)
    with pytest.raises(DomainError, match=order.number):
        requests.ask_for_erasure(Meant("Jana", [JANA]), reason="asked", actor="mara")
    order.refresh_from_db()
    assert (order.customer_email, order.erased_at) == (JANA, None)
    assert not PrivacyRequest.objects.exists()
    assert not Push.objects.exists()
    assert not default_storage.exists(outside.PLACE)


def test_an_erasure_that_may_wait_is_done_once_the_order_has_ended() -> None:
    order = _order(OrderState.HELD)
    row = requests.ask_for_erasure(Meant("Jana", [JANA]), reason="asked", actor="mara", wait=True)
    requests.work_requests(seconds=5)
    row.refresh_from_db()
    assert (row.state, order.number in row.problem) == (RequestState.POSTPONED, True)
    Order.objects.update(state=OrderState.CLOSED)
    PrivacyRequest.objects.update(lease_until=None)
    requests.work_requests(seconds=5)
    row.refresh_from_db()
    order.refresh_from_db()
    assert (row.state, order.customer_email) == (RequestState.DONE, "")
    assert verify().problems == []


@pytest.mark.parametrize("reason", ["", " ", "x" * 1001])
def test_an_erasure_without_a_reason_is_refused(reason: str) -> None:
    _order()
    with pytest.raises(InvalidInput) as refused:
        requests.ask_for_erasure(Meant("Jana", [JANA]), reason=reason, actor="mara")
    assert list(refused.value.errors) == ["reason"]
    assert not PrivacyRequest.objects.exists()


def test_a_request_that_has_not_begun_is_withdrawn_and_names_nobody() -> None:
    _order(OrderState.HELD)
    row = requests.ask_for_erasure(Meant("Jana", [JANA]), reason="asked", actor="mara", wait=True)
    requests.work_requests(seconds=5)
    requests.withdraw(row.pk)
    row.refresh_from_db()
    assert (row.state, row.person, row.title) == (RequestState.WITHDRAWN, None, None)
    with pytest.raises(DomainError):
        requests.withdraw(row.pk)


def test_who_was_erased_after_a_backup_is_erased_again_from_the_list_outside(tmp_path: Path) -> None:
    """Without the list nobody would know: that is the control."""
    order, other = _order(), _order(email="otto@example.com")
    kept = (order.customer_email, Address.objects.get(order=order).lastname)
    requests.ask_for_erasure(Meant("Jana", [JANA]), reason="asked", actor="mara")
    requests.work_requests(seconds=5)
    outside.copy_beside(tmp_path)
    assert JANA.encode() not in (tmp_path / outside.BESIDE_BACKUPS).read_bytes()

    def restore() -> None:
        """Have the database as it was, which knows nothing of the request."""
        Order.objects.filter(pk=order.pk).update(customer_email=kept[0], erased_at=None)
        Address.objects.filter(order=order).update(lastname=kept[1])
        PrivacyRequest.objects.all().delete()

    restore()
    default_storage.delete(outside.PLACE)
    assert restoring.erase_again() == 0
    assert Order.objects.get(pk=order.pk).customer_email == JANA

    restoring.erase_after_restore(tmp_path / "backoffice-20261129T023000Z")
    order.refresh_from_db()
    other.refresh_from_db()
    assert (order.customer_email, order.addresses.get().lastname) == ("", "")
    assert (other.customer_email, other.erased_at) == ("otto@example.com", None)
    assert restoring.erase_again() == 0


def test_an_erasure_whose_worker_was_lost_goes_on_with_all_that_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The card that leads to the campaign is gone by then, as is the e-mail that led to the card."""
    order = _order()
    campaign = MailCampaign.objects.create(
        name="Autumn",
        shop=order.shop,
        vendor="lettrlabs",
        template_id=1,
        state="mailed",
        budget=1,
        proof_path="proofs/1",
    )
    card = CardRecipient.objects.create(campaign=campaign, firstname="Jana", email=JANA, state="accepted", key="1")
    keep_file([b"%PDF-1.4 Jana"], path="proofs/1")
    row = requests.ask_for_erasure(Meant("Jana", [JANA]), reason="asked", actor="mara")
    note_step = requests._note_step

    def lose_worker(*facts: Any) -> None:
        note_step(*facts)
        if facts[-1] == "marketing.CardRecipient":
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(requests, "_note_step", lose_worker)
        with pytest.raises(KeyboardInterrupt):
            requests.work_requests(seconds=5)
    PrivacyRequest.objects.update(lease_until=None)
    requests.work_requests(seconds=5)
    row.refresh_from_db()
    campaign.refresh_from_db()
    assert (row.state, campaign.proof_path) == (RequestState.DONE, "")
    told = AuditEntry.objects.filter(object_type="marketing.cardrecipient", object_id=str(card.pk), action="create")
    assert '"Jana"' not in "".join(told.values_list("payload", flat=True))


def test_an_erasure_that_outlasts_many_tasks_is_done_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    row = requests.ask_for_erasure(Meant("Jana", [_order().customer_email]), reason="asked", actor="mara")
    note_step = requests._note_step

    def end_task(*facts: Any) -> None:
        note_step(*facts)
        raise SoftTimeLimitExceeded

    with monkeypatch.context() as patch:
        patch.setattr(requests, "_note_step", end_task)
        for _task in range(requests.MOST_FAULTS + 2):
            requests.work_requests(seconds=0.001)
            PrivacyRequest.objects.update(lease_until=None)
    row.refresh_from_db()
    assert (row.state, row.problem) == (RequestState.RUNNING, "")
    requests.work_requests(seconds=5)
    row.refresh_from_db()
    assert row.state == RequestState.DONE


def test_a_request_that_failed_goes_on_once_somebody_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    order = _order()
    row = requests.ask_for_erasure(Meant("Jana", [JANA]), reason="asked", actor="mara")
    with monkeypatch.context() as patch:
        patch.setattr(erasing, "follow_up", lambda person: 1 / 0)
        for _time in range(requests.MOST_FAULTS + 1):
            requests.work_requests(seconds=5)
            PrivacyRequest.objects.update(lease_until=None)
    row.refresh_from_db()
    assert row.state == RequestState.FAILED
    requests.work_requests(seconds=5)
    ordered_since = _order(OrderState.RELEASED)
    with pytest.raises(DomainError, match=ordered_since.number):
        requests.try_again(row.pk)
    Order.objects.filter(pk=ordered_since.pk).update(state=OrderState.CLOSED)
    requests.try_again(row.pk)
    requests.work_requests(seconds=5)
    row.refresh_from_db()
    order.refresh_from_db()
    assert (row.state, row.person, order.customer_email) == (RequestState.DONE, None, "")
    with pytest.raises(DomainError):
        requests.try_again(row.pk)


@pytest.mark.django_db(transaction=True)
def test_what_others_write_while_a_person_is_taken_out_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    person = DataSubject(names={("Jana", "Größer")})
    enquiry = Enquiry.objects.create(vendor="toy", vendor_id="1", subject="Jana Größer asked", form="Before")
    read, scrub = threading.Event(), Scrubber.scrub

    def answer() -> None:
        try:
            assert read.wait(10)
            Enquiry.objects.filter(pk=enquiry.pk).update(form="After")
        finally:
            connection.close()

    def slowly(scrubber: Scrubber, value: Any) -> Any:
        if not read.is_set():
            read.set()
            thread.join(0.5)
        return scrub(scrubber, value)

    thread = threading.Thread(target=answer)
    thread.start()
    monkeypatch.setattr(Scrubber, "scrub", slowly)
    erase_named(person)
    thread.join(10)
    enquiry.refresh_from_db()
    assert (enquiry.subject, enquiry.form) == ("[erased] asked", "After")


def test_retention_ends_what_is_old_and_never_an_open_order() -> None:
    old, young, still_open = _order(days=100), _order(days=10), _order(OrderState.HELD, days=100)
    assert sum(run_retention(seconds=10).values()) == 0
    set_period("orders", shop=None, days=90, actor="mara")
    assert {(due.scope.kind.kind, due.count) for due in preview_retention() if due.count} == {("orders", 1)}
    out = StringIO()
    call_command("apply_retention", "--dry-run", stdout=out)
    assert out.getvalue().splitlines() == ["orders\tWEB\t90 days\t1"]
    assert run_retention(seconds=10)["orders"] == 1
    for order in (old, young, still_open):
        order.refresh_from_db()
    assert [order.erased_at is None for order in (old, young, still_open)] == [False, True, True]
    assert Address.objects.get(order=old).lastname == ""
    assert Address.objects.get(order=young).lastname == "Größer"
    assert run_retention(seconds=10)["orders"] == 0
    assert RetentionMark.objects.get(kind="orders.people").done == 1


@pytest.mark.django_db(transaction=True)
def test_what_the_audit_trail_cannot_forget_now_is_forgotten_by_the_next_run(monkeypatch: pytest.MonkeyPatch) -> None:
    order = _order(days=100)
    set_period("orders", shop=None, days=90, actor="mara")

    def held(person: DataSubject) -> None:
        raise OperationalError("canceling statement due to lock timeout")

    with monkeypatch.context() as patch:
        patch.setattr(retention, "follow_up", held)
        with pytest.raises(OperationalError):
            run_retention(seconds=10)
    assert run_retention(seconds=10)["orders"] == 1
    order.refresh_from_db()
    assert order.erased_at is not None
    entries = AuditEntry.objects.filter(root_type="orders.order", root_id=str(order.pk))
    assert entries.exists()
    assert "Größer" not in "".join(entries.values_list("payload", flat=True))
    assert verify().problems == []


def test_a_shop_has_a_period_of_its_own_and_too_short_a_one_is_refused() -> None:
    order = _order(days=100)
    set_period("addresses", shop=None, days=90, actor="mara")
    set_period("addresses", shop=order.shop, days=None, actor="mara")
    assert run_retention(seconds=10)["addresses"] == 0
    with pytest.raises(InvalidInput):
        set_period("addresses", shop=order.shop, days=1, actor="mara")
    assert RetentionRule.objects.get(shop=order.shop).days is None
    set_period("addresses", shop=order.shop, days=60, actor="mara")
    assert run_retention(seconds=10)["addresses"] == 1
    order.refresh_from_db()
    assert (Address.objects.get(order=order).street, order.customer_email) == ("", JANA)


def test_what_is_of_no_shop_goes_by_the_usual_period_and_by_that_of_no_shop() -> None:
    shop = _order(days=1).shop
    long_ago = timezone.now() - timedelta(days=100)
    kept = {"vendor": "sign-customiser", "done_at": long_ago}
    Enquiry.objects.create(vendor_id="1", shop=shop, **kept)
    of_none = Enquiry.objects.create(vendor_id="2", **kept)
    set_period("enquiries", shop=shop, days=30, actor="mara")
    assert run_retention(seconds=10)["enquiries"] == 1
    assert list(Enquiry.objects.all()) == [of_none]
    set_period("enquiries", shop=None, days=30, actor="mara")
    assert run_retention(seconds=10)["enquiries"] == 1


def test_the_record_of_processing_is_written_in_both_languages() -> None:
    texts = {}
    for language in ("en", "de"):
        out = StringIO()
        call_command("processing_record", language=language, stdout=out)
        texts[language] = out.getvalue()
    assert "Article 30 GDPR" in texts["en"]
    assert "Artikel 30 DSGVO" in texts["de"]
    assert "name, e-mail, telephone" in texts["en"]
    assert texts["de"].count("| ") == texts["en"].count("| ")

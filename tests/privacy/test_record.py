"""The record of processing says how long what is kept: the shorter of a period of retention and a setting, in words."""

import re
from collections.abc import Iterator

import pytest
from django.utils import translation
from pytest_django import Settings

from backoffice.engine.services.retention import POLICIES
from backoffice.privacy.registry import Holder, holders
from backoffice.privacy.services.records import RecordEntry, record_of, setting_of
from backoffice.privacy.services.retention import set_period
from tests.orders.rows import make_order

pytestmark = pytest.mark.django_db
_NAME_OF_SETTING = re.compile(r"\b[A-Z]+_[A-Z_]+\b")
_UNFILLED = re.compile(r"%\(")


def _entries() -> dict[str, RecordEntry]:
    return {entry.holds: entry for part in record_of() for entry in part.entries}


def _kept(label: str) -> str:
    [holder] = [one for one in holders() if one.label == label]
    return _entries()[str(holder.holds)].kept


def _removing_settings(holder: Holder) -> set[str]:
    """Return the settings that remove rows of the model, as docs/operate/growth.md names them."""
    policy = POLICIES.get(holder.label)
    return set(re.findall(r"`([A-Z_]+_(?:DAYS|MONTHS))`", policy.kept)) if policy else set()


def _false_entries() -> Iterator[str]:
    entries = _entries()
    for holder in holders():
        kept = entries[str(holder.holds)].kept
        removing = _removing_settings(holder)
        if _NAME_OF_SETTING.search(kept) or _UNFILLED.search(kept):
            yield f"{holder.label} is kept {kept!r}: nobody reads the name of a setting"
        if removing and setting_of(holder) not in removing:
            yield f"{holder.label} is removed by {removing}, the record knows {setting_of(holder)!r}"
        if removing and "indefinitely" in kept:
            yield f"{holder.label} is removed by {removing}, the record says {kept!r}"


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_a_setting_removes_is_kept_so_long_and_no_setting_is_named(language: str) -> None:
    make_order()
    with translation.override(language):
        assert list(_false_entries()) == []


def test_a_setting_that_the_record_does_not_know_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Control the search: of one kind nothing says any more what removes it."""
    [mail] = [one for one in holders() if one.label == "mail.Mail"]
    monkeypatch.setitem(mail.__dict__, "setting", "")
    assert len(list(_false_entries())) == 2
    monkeypatch.setitem(mail.__dict__, "kept", "MAIL_DAYS")
    assert any("name of a setting" in fault for fault in _false_entries())


@pytest.mark.parametrize(
    ("label", "setting", "value", "expected"),
    [
        ("accounts.IdempotencyKey", "IDEMPOTENCY_DAYS", 35, "35 days"),
        ("mail.Mail", "MAIL_DAYS", 730, "730 days"),
        ("signin.SignInEvent", "SIGN_IN_HISTORY_DAYS", 90, "90 days"),
        ("engine.PushAttempt", "ATTEMPT_MONTHS", 4, "4 months"),
        ("engine.Callback", "CALLBACK_MONTHS", 6, "6 months"),
        ("audit.AuditEntry", "AUDIT_DAYS", 730, "730 days"),
        ("audit.AuditEntry", "AUDIT_DAYS", 0, "indefinitely"),
        ("webhooks.DeliveryAttempt", "WEBHOOK_LOG_DAYS", 31, "31 days"),
        ("orders.Order", "MAIL_DAYS", 730, "indefinitely"),
    ],
)
def test_without_a_period_the_setting_counts(
    label: str, setting: str, value: int, expected: str, settings: Settings
) -> None:
    make_order()
    setattr(settings, setting, value)
    assert _kept(label) == expected


@pytest.mark.parametrize(("days", "expected"), [(50, "50 days"), (100, "100 days"), (200, "100 days")])
def test_the_shorter_of_period_and_setting_counts(days: int, expected: str, settings: Settings) -> None:
    make_order()
    settings.MAIL_DAYS = 100
    set_period("mails", shop=None, days=days, actor="mara")
    assert _kept("mail.Mail") == expected


def test_each_period_of_a_shop_is_named(settings: Settings) -> None:
    shop = make_order().shop
    settings.MAIL_DAYS = 100
    set_period("mails", shop=shop, days=50, actor="mara")
    assert _kept("mail.Mail") == "50 days, 100 days"
    set_period("orders", shop=shop, days=400, actor="mara")
    set_period("addresses", shop=shop, days=None, actor="mara")
    assert (_kept("orders.Order"), _kept("orders.Address")) == ("400 days", "indefinitely")

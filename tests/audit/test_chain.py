"""The chain proves what was written: whatever is done to it by hand is found and named, and erasing and the retention
leave it whole.
"""

import threading
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from backoffice.audit.models import AuditAction, AuditEntry, RecordedChange
from backoffice.audit.services import chain
from backoffice.audit.services.chain import close_all, close_chain
from backoffice.audit.services.coverage import LEFT_OUT, NO_INSERTS, watched_tables
from backoffice.audit.services.guard import unguarded
from backoffice.audit.services.pruning import prune
from backoffice.audit.services.redacting import redact
from backoffice.audit.services.triggers import install, missing_triggers
from backoffice.audit.services.verifying import verify
from orders.models import Order
from tests.orders.rows import make_order

pytestmark = pytest.mark.django_db
COPY = (
    "INSERT INTO audit_auditentry SELECT (jsonb_populate_record(e, %s::jsonb)).* FROM audit_auditentry e WHERE id = 5"
)


@pytest.fixture
def entries(db: None) -> int:
    """Return the last place of a chain of ten entries and more."""
    for number in range(12):
        Group.objects.create(name=f"Group {number}")
    close_all()
    return chain.head().position


def by_hand(sql: str, *params: object) -> None:
    """Do what somebody does who owns the database: with its guards switched off."""
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def found() -> list[tuple[int, str]]:
    return [(one.position, one.text) for one in verify().problems]


@pytest.mark.parametrize(
    ("sql", "position", "text"),
    [
        ("UPDATE audit_auditentry SET payload = replace(payload, 'Group 4', 'Group 9') WHERE id = 5", 5, "values"),
        ("UPDATE audit_auditentry SET actor = 'somebody else' WHERE id = 5", 5, "The person, object or time"),
        ("UPDATE audit_auditentry SET at = at - interval '1 hour' WHERE id = 5", 5, "The person, object or time"),
        ("UPDATE audit_auditentry SET user_id = 1 WHERE id = 5", 5, "The person, object or time"),
        ("UPDATE audit_auditentry SET chain = digest WHERE id = 5", 5, "does not follow"),
        ("UPDATE audit_auditentry SET redacted_at = now(), payload = '{}' WHERE id = 5", 5, "values"),
        ("DELETE FROM audit_auditentry WHERE id = 5", 5, "Entries 5 to 5 were removed"),
        ("DELETE FROM audit_auditentry WHERE id IN (1, 2)", 1, "Entries 1 to 2 were removed"),
    ],
)
def test_whatever_is_changed_by_hand_is_found(entries: int, sql: str, position: int, text: str) -> None:
    assert found() == []  # the control
    by_hand(sql)
    problems = found()
    assert (problems[0][0], text in problems[0][1]) == (position, True), problems
    assert {place for place, _text in problems} <= {position, position + 1}


def test_an_entry_that_was_put_in_is_found(entries: int) -> None:
    by_hand(COPY, f'{{"id": {entries + 1}}}')
    assert [place for place, _text in found()] == [entries + 1]


def test_a_tail_that_was_cut_off_is_found_by_a_head_written_before(entries: int, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors"
    call_command("verify_audit", write_anchor=str(anchors), verbosity=0)
    by_hand("DELETE FROM audit_auditentry WHERE id > %s", entries - 2)
    assert found() == []  # nothing in the chain itself tells
    errors = StringIO()
    with pytest.raises(CommandError, match="tampered"):
        call_command("verify_audit", anchors=str(anchors), stderr=errors)
    assert f"#{entries - 1}: Entries {entries - 1} to {entries} were removed from the end." in errors.getvalue()
    Group.objects.create(name="New")
    Group.objects.create(name="Newer")
    with pytest.raises(CommandError, match="tampered"):
        call_command("verify_audit", anchors=str(anchors), stderr=errors)
    assert f"#{entries}: It is no longer the same entry as when the anchor was written." in errors.getvalue()


def test_a_line_that_is_no_anchor_is_refused(tmp_path: Path) -> None:
    for anchor in ("x", "1:zz", ":", "5:00"):
        with pytest.raises(CommandError):
            call_command("verify_audit", anchor=[anchor])


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_auditentry SET actor = 'x'",
        "DELETE FROM audit_auditentry",
        "INSERT INTO audit_auditentry SELECT * FROM audit_auditentry LIMIT 0",
        "DELETE FROM audit_recordedchange",
        "UPDATE audit_recordedchange SET context = ''",
        "INSERT INTO audit_recordedchange (at, context, action, table_name, changes) VALUES (now(), '', 'x', 'x', '')",
    ],
)
def test_the_tables_of_the_trail_refuse_whoever_is_no_service_of_it(entries: int, sql: str) -> None:
    with pytest.raises(DatabaseError, match="not changed by hand"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert found() == []


def test_what_is_erased_is_gone_and_the_chain_holds(entries: int) -> None:
    order = make_order(customer_email="jana@example.com", gift_message='Für "Jana"\nGrößer')
    Order.objects.update(customer_lastname="Größer", gift_message="")
    assert redact(["jana@EXAMPLE.com", "Größer", 'Für "Jana"']) >= 3
    close_all()
    kept = "".join(AuditEntry.objects.exclude(action=AuditAction.REDACT).values_list("payload", flat=True))
    assert not [text for text in ("jana@example.com", "größer", "Für") if text.lower() in kept.lower()]
    assert "Hauptstraße 42" in kept
    assert found() == []
    assert redact(["Größer"]) == 0
    assert redact([], roots=[("orders.order", order.pk)]) >= 3
    assert "Hauptstraße" not in "".join(AuditEntry.objects.values_list("payload", flat=True))
    assert found() == []
    last = AuditEntry.objects.filter(redacted_at__isnull=False).latest("pk")
    by_hand("UPDATE audit_auditentry SET payload = '{}' WHERE id = %s", last.pk)
    assert [place for place, _text in found()] == [last.pk]


def test_what_is_too_old_goes_and_the_rest_still_proves_itself(entries: int) -> None:
    later = timezone.now()
    Group.objects.create(name="Kept")
    close_all()
    assert prune(later - timedelta(days=1)) == 0
    assert prune(later) == entries
    assert AuditEntry.objects.order_by("pk").first().pk == entries + 1  # type: ignore[union-attr]
    assert found() == []
    by_hand("DELETE FROM audit_auditentry WHERE id = %s", entries + 1)
    assert [place for place, _text in found()] == [entries + 1]


def test_a_trigger_that_is_switched_off_is_found_and_one_that_is_gone_comes_back(entries: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE auth_group DISABLE TRIGGER USER")
    assert {place for place, _text in found()} == {0}
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE auth_group ENABLE TRIGGER USER")
        (table, trigger) = next(name for name in _triggers() if name[0] == "auth_group")
        cursor.execute(f'DROP TRIGGER "{trigger}" ON {table}')
    assert missing_triggers() == {(table, trigger)}
    assert install() == 1
    assert missing_triggers() == set()
    assert install() == 0


def _triggers() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE 'audit_insert%'")
        return cursor.fetchall()


def test_every_table_is_watched_or_has_its_reason() -> None:
    from django.apps import apps

    models = {
        model._meta.label_lower
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }
    assert set(LEFT_OUT) | NO_INSERTS <= models
    assert all(len(reason) > 10 for reason in LEFT_OUT.values())
    assert {one.label for one in watched_tables()} == models - set(LEFT_OUT)
    assert missing_triggers() == set()


def test_secrets_and_what_is_not_recorded_are_columns_that_there_are() -> None:
    for one in watched_tables():
        with connection.cursor() as cursor:
            cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [one.table])
            columns = {name for (name,) in cursor.fetchall()}
        assert {*one.secret, *one.ignored, one.key} - columns == set(), one.label
        likely = {name for name in columns if name.endswith(("token", "secret", "password", "hashed_key"))}
        assert likely - {*one.secret, *one.ignored} == set(), one.label


@pytest.mark.django_db(transaction=True)
def test_writers_do_not_wait_for_each_other_and_a_late_one_leaves_no_gap() -> None:
    """One transaction writes first and commits last: its entry comes behind, and is missed by nobody."""
    begun, goes_on = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                Group.objects.create(name="Slow")
                begun.set()
                goes_on.wait(10)
        finally:
            connection.close()

    thread = _start(slow)
    assert begun.wait(10)
    Group.objects.create(name="Quick")
    assert close_chain() == 1
    goes_on.set()
    thread.join(10)
    assert close_chain() == 1
    assert [one.values["name"] for one in AuditEntry.objects.order_by("pk")] == ["Quick", "Slow"]
    assert not RecordedChange.objects.exists()
    assert found() == []


@pytest.mark.django_db(transaction=True)
def test_what_is_erased_is_gone_also_while_another_process_closes_the_chain() -> None:
    """What the other one has taken is not to be seen yet: it is waited for."""
    begun, goes_on = threading.Event(), threading.Event()
    Group.objects.create(name="jana@example.com")

    def slow() -> None:
        try:
            with transaction.atomic():
                assert close_chain() == 1
                begun.set()
                goes_on.wait(1)
        finally:
            connection.close()

    thread = _start(slow)
    assert begun.wait(10)
    redact(["jana@example.com"])
    goes_on.set()
    thread.join(10)
    close_all()
    assert not AuditEntry.objects.filter(payload__contains="jana@example.com").exists()
    assert found() == []


def _start(target: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=target)
    thread.start()
    return thread

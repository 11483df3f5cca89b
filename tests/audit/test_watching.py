"""Who takes entries away by hand is found without anybody asking: by the hour, by the command as it is, and by name."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from backoffice.acting import COMMAND, acting_as
from backoffice.audit import tasks
from backoffice.audit.admin.words import short
from backoffice.audit.models import AuditEntry, ChainCheck, RecordedChange, TrailProblem
from backoffice.audit.services import verifying
from backoffice.audit.services.chain import close_all, head
from backoffice.audit.services.diagnosis import examine_trail
from backoffice.audit.services.guard import unguarded
from backoffice.audit.services.problems import open_problems
from backoffice.audit.services.pruning import prune_to
from backoffice.audit.services.redacting import redact
from backoffice.audit.services.triggers import install
from backoffice.audit.services.verifying import verify
from backoffice.audit.services.watching import watch_trail
from backoffice.engine.models import Heartbeat
from tests.audit.test_chain import by_hand

pytestmark = pytest.mark.django_db


@pytest.fixture
def entries(db: None) -> int:
    """Return the last place of a chain of a dozen entries."""
    grow(12)
    return head().position


@pytest.fixture
def anchors(settings: LazySettings, tmp_path: Path) -> Path:
    settings.AUDIT_ANCHORS = str(tmp_path / "elsewhere" / "anchors")
    (tmp_path / "elsewhere").mkdir()
    return Path(settings.AUDIT_ANCHORS)


def grow(count: int) -> None:
    Group.objects.bulk_create([Group(name=f"Group {Group.objects.count() + one}") for one in range(count)])
    close_all()


def cut(last: int) -> None:
    by_hand("DELETE FROM audit_auditentry WHERE id > %s", last)


def texts() -> list[str]:
    return [str(row) for row in open_problems()]


def doctor() -> list[str]:
    return [f"{one.text} {one.remedy}" for one in examine_trail(False) if not one.is_well]


def test_the_command_as_it_is_called_finds_a_tail_that_was_cut_off(entries: int, anchors: Path) -> None:
    tasks.keep_audit()
    call_command("verify_audit", verbosity=0)  # the control
    cut(entries - 3)
    errors = StringIO()
    with pytest.raises(CommandError, match="tampered"):
        call_command("verify_audit", stderr=errors)
    assert f"#{entries - 2}: Entries {entries - 2} to {entries} were removed from the end." in errors.getvalue()


def test_it_is_found_without_heads_elsewhere_where_an_hour_has_verified_it(entries: int) -> None:
    tasks.verify_audit()
    cut(entries - 3)
    with pytest.raises(CommandError, match="tampered"):
        call_command("verify_audit", stderr=StringIO())


def test_without_a_head_elsewhere_nothing_tells(entries: int) -> None:
    """The control of all tests here: neither anchors nor what an earlier run verified."""
    cut(entries - 3)
    call_command("verify_audit", verbosity=0)
    assert texts() == []


def test_each_hour_finds_it_and_staff_see_what_to_do(entries: int, client: Client, admin_user: User) -> None:
    Heartbeat.objects.create(name="sweep", at=timezone.now())
    tasks.verify_audit()
    assert (texts(), doctor()) == ([], [])
    cut(entries - 3)
    tasks.verify_audit()
    assert texts() == [f"#{entries - 2}: Entries {entries - 2} to {entries} were removed from the end."]
    (fault,) = doctor()
    assert "manage.py verify_audit --accept" in fault
    client.force_login(admin_user)
    shown = client.get("/admin/?kind=audit-problems").context["listing"].chosen.need
    assert (shown.what.split(":")[0], "verify_audit" in shown.detail) == (f"Audit trail, entry {entries - 2}", True)
    tasks.verify_audit()
    assert len(texts()) == 1  # found once, not each hour


def test_an_alarm_ends_when_a_person_says_why_and_the_trail_keeps_it(entries: int) -> None:
    watch_trail()
    by_hand("UPDATE audit_auditentry SET actor = 'somebody else' WHERE id = 5")
    with pytest.raises(CommandError, match="tampered"):
        call_command("verify_audit", stderr=StringIO())
    with acting_as(COMMAND, "verify_audit (root)"):
        call_command("verify_audit", accept="a repair of the disk", stderr=StringIO(), verbosity=0)
    assert texts() == []
    errors = StringIO()
    call_command("verify_audit", stderr=errors, verbosity=0)
    assert "(accepted)" in errors.getvalue()
    close_all()
    entry = AuditEntry.objects.get(action="decide")
    assert (entry.actor, entry.values["reason"]) == ("verify_audit (root)", "a repair of the disk")
    assert "#5" in entry.values["problems"][0]
    assert short(entry) == "Problems of the audit trail accepted"
    by_hand("UPDATE audit_auditentry SET actor = 'somebody else' WHERE id = 6")
    with pytest.raises(CommandError, match="1 problems"):
        call_command("verify_audit", stderr=StringIO())


def test_a_run_is_bounded_and_the_next_goes_on_where_it_stopped(entries: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "AT_ONCE", 5)
    reached = []
    for _run in range(3):
        watch_trail(seconds=0)
        reached.append([ChainCheck.objects.get(name=name).position for name in ("new", "whole")])
    assert reached == [[5, 5], [10, 10], [12, 12]]
    watch_trail(seconds=0)
    whole = ChainCheck.objects.get(name="whole")
    assert (whole.position, whole.ended_at is not None) == (0, True)
    by_hand("UPDATE audit_auditentry SET actor = 'somebody else' WHERE id = 2")
    watch_trail(seconds=0)
    assert texts() == []  # behind what was verified, and the whole is not due
    ChainCheck.objects.filter(name="whole").update(ended_at=timezone.now() - timedelta(days=8))
    watch_trail(seconds=0)
    assert texts() == ["#2: The person, object or time was altered."]


def test_what_is_put_in_place_of_a_tail_does_not_follow_what_was_verified(entries: int) -> None:
    watch_trail()
    cut(entries - 3)
    grow(6)
    watch_trail()
    assert texts()[0].startswith(f"#{entries + 1}: It does not follow the previous entry")


@pytest.mark.parametrize("change", [lambda: redact(["Group 7"]), lambda: prune_to(9)], ids=["erased", "too old"])
def test_what_is_erased_or_removed_as_too_old_meanwhile_is_no_alarm(entries: int, change: Callable[[], Any]) -> None:
    """The reader has its first rows, then the other one is quicker: it reads on with what is there now."""
    done = []

    def intervene(execute: Any, sql: str, *rest: Any) -> Any:
        if not done and "LIMIT 5" in sql and "audit_auditentry" in sql:
            done.append(sql)
            result = execute(sql, *rest)
            change()
            return result
        return execute(sql, *rest)

    with pytest.MonkeyPatch.context() as patch, connection.execute_wrapper(intervene):
        patch.setattr(verifying, "AT_ONCE", 5)
        found = verify()
    assert done
    assert ([one.text for one in found.problems], found.ended) == ([], True)


def test_a_place_that_cannot_be_written_is_an_alarm_and_old_entries_go_all_the_same(
    entries: int, anchors: Path, settings: LazySettings
) -> None:
    anchors.parent.rmdir()
    settings.AUDIT_DAYS = 1
    by_hand("UPDATE audit_auditentry SET at = at - interval '2 days'")
    tasks.keep_audit()
    assert not AuditEntry.objects.filter(pk__lte=entries).exists()
    (problem,) = texts()
    assert "AUDIT_ANCHORS" in problem
    assert len([fault for fault in doctor() if "AUDIT_ANCHORS" in fault]) == 2  # what the worker met, and from here
    anchors.parent.mkdir()
    tasks.keep_audit()
    assert (texts(), [fault for fault in doctor() if "AUDIT_ANCHORS" in fault]) == ([], [])
    assert anchors.read_text().count("\n") == 1


def test_the_doctor_writes_nothing_to_the_place(anchors: Path) -> None:
    assert doctor() == []
    assert not anchors.exists()
    anchors.write_text("")
    anchors.chmod(0o400)
    assert doctor() == [] or "AUDIT_ANCHORS" in doctor()[0]  # root may write all the same
    assert anchors.read_text() == ""


@pytest.mark.parametrize("text", [None, "", "no head\n"])
def test_heads_that_were_taken_away_are_an_alarm(entries: int, anchors: Path, text: str | None) -> None:
    tasks.keep_audit()
    assert texts() == []
    anchors.unlink() if text is None else anchors.write_text(text)
    with pytest.raises(CommandError, match="tampered"):
        call_command("verify_audit", stderr=StringIO())
    assert len(texts()) == 1


def test_a_chain_that_nobody_verifies_is_named_by_the_doctor(entries: int) -> None:
    assert doctor() == []
    with unguarded():
        AuditEntry.objects.update(at=timezone.now() - timedelta(days=2))
    (fault,) = doctor()
    assert "verify-audit" in fault
    ChainCheck.objects.create(name="new", ended_at=timezone.now())
    assert doctor() == []


def test_a_missing_trigger_is_an_alarm_until_it_is_there_again(entries: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = 'auth_group'::regclass AND tgname LIKE 'audit%'")
        name = cursor.fetchone()[0]
        cursor.execute(f'DROP TRIGGER "{name}" ON auth_group')
    watch_trail()
    assert "auth_group is missing" in texts()[0]
    assert install() == 1
    watch_trail()
    assert texts() == []
    assert not TrailProblem.objects.exists()
    assert not RecordedChange.objects.filter(table_name="audit_trailproblem").exists()

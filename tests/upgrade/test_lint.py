"""Migrations that would stop the last release, or keep it waiting, are refused: one of each kind is planted here."""

import re
from collections.abc import Iterator

import pytest
from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    ValidateConstraint,
)
from django.db import models
from django.db.migrations import Migration, RunPython, RunSQL, SeparateDatabaseAndState
from django.db.migrations import operations as ops
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

from tests.upgrade.allowed import ALLOWED
from tests.upgrade.lint import Fault, lint
from tests.upgrade.record import released_columns
from tests.upgrade.statements import Planned, plan, since_last_release

pytestmark = pytest.mark.django_db
RELEASED = {
    "shop_order": {"id": "bigint", "name": "varchar(20)", "note": "text?", "total": "integer", "kind": "varchar(9)"},
    "shop_line": {"id": "bigint"},
    "accounts_shop": {"id": "bigint"},
}
IS_POSITIVE = models.CheckConstraint(condition=models.Q(total__gt=0), name="positive")
ONE_NAME = models.UniqueConstraint(fields=["name"], name="one_name")
ADD_GONE = "ALTER TABLE shop_order ADD COLUMN gone text"


def nothing(apps: object, editor: object) -> None:
    """Stand where rows would be changed."""


def released_state() -> ProjectState:
    state = ProjectState()
    key = ("id", models.BigAutoField(primary_key=True))
    kind = models.CharField(max_length=9, db_default="")
    fields = {"name": models.CharField(max_length=20), "note": models.TextField(null=True), "kind": kind}
    order = [key, *fields.items(), ("total", models.IntegerField())]
    by_name = models.Index(fields=["name"], name="by_name")
    state.add_model(ModelState("shop", "Order", order, options={"indexes": [by_name], "constraints": []}))
    state.add_model(ModelState("shop", "Line", [key]))
    state.add_model(ModelState("shop", "Shop", [key], options={"db_table": "accounts_shop"}))
    return state


def judge(*operations: Operation, atomic: bool = True) -> set[str]:
    """Return which rules a migration of these operations breaks."""
    migration = Migration("0009_planted", "shop")
    migration.operations, migration.atomic = list(operations), atomic
    return {fault.rule for fault in lint(plan([migration], released_state()), released=RELEASED)}


def add(field: models.Field, model: str = "order") -> Operation:
    return ops.AddField(model, "new", field)


# What it is, and the rule that it breaks.
BAD: dict[str, tuple[list[Operation], str]] = {
    "a column is dropped that the last release uses": ([ops.RemoveField("order", "note")], "ban-drop-column"),
    "a table is dropped that the last release uses": ([ops.DeleteModel("Line")], "ban-drop-table"),
    "a column is renamed": ([ops.RenameField("order", "note", "remark")], "renaming-column"),
    "a table is renamed": ([ops.RenameModel("Line", "Piece")], "renaming-table"),
    "its table is renamed": ([ops.AlterModelTable("Line", "shop_piece")], "renaming-table"),
    "NOT NULL without any default": (
        [RunSQL("ALTER TABLE shop_order ADD COLUMN n int NOT NULL", "-")],
        "adding-required-field",
    ),
    "NOT NULL with a default of Python only": ([add(models.IntegerField(default=0))], "ban-drop-default"),
    "a column must not be empty any more": (
        [ops.AlterField("order", "note", models.TextField(default=""))],
        "adding-not-nullable-field",
    ),
    "a column may be empty that never was": (
        [ops.AlterField("order", "name", models.CharField(max_length=20, null=True))],
        "ban-drop-not-null",
    ),
    "an index is made while writers wait": (
        [ops.AddIndex("order", models.Index(fields=["total"], name="i"))],
        "require-concurrent-index-creation",
    ),
    "an index is dropped while readers wait": (
        [ops.RemoveIndex("order", "by_name")],
        "require-concurrent-index-deletion",
    ),
    "an index comes with the column": (
        [add(models.IntegerField(null=True, db_index=True))],
        "require-concurrent-index-creation",
    ),
    "a check reads all rows": ([ops.AddConstraint("order", IS_POSITIVE)], "constraint-missing-not-valid"),
    "a check refuses what the last release writes": ([AddConstraintNotValid("order", IS_POSITIVE)], "refuses-more"),
    "a unique constraint reads all rows": ([ops.AddConstraint("order", ONE_NAME)], "disallowed-unique-constraint"),
    "a unique index refuses what the last release writes": (
        [RunSQL("CREATE UNIQUE INDEX CONCURRENTLY i ON shop_order (name)", "DROP INDEX CONCURRENTLY i")],
        "refuses-more",
    ),
    "a foreign key reads all rows": (
        [add(models.ForeignKey("shop.line", models.PROTECT, null=True, db_index=False))],
        "adding-foreign-key-constraint",
    ),
    "a type is written anew": ([ops.AlterField("order", "total", models.TextField())], "changing-column-type"),
    "a number becomes larger": ([ops.AlterField("order", "total", models.BigIntegerField())], "changing-column-type"),
    "a text becomes shorter": (
        [ops.AlterField("order", "name", models.CharField(max_length=10))],
        "changing-column-type",
    ),
    "a default is computed for each row": (
        [RunSQL("ALTER TABLE shop_order ADD COLUMN n uuid DEFAULT gen_random_uuid()", "-")],
        "adding-field-with-default",
    ),
    "a default is taken away": ([ops.AlterField("order", "kind", models.CharField(max_length=9))], "ban-drop-default"),
    "Python changes rows in one transaction": ([RunPython(nothing, nothing)], "rows-at-once"),
    "one statement changes all rows": ([RunSQL("UPDATE shop_order SET total = 1", "SELECT 1")], "rows-at-once"),
    "Python without a way back": ([RunPython(nothing)], "no-way-back"),
    "SQL without a way back": ([RunSQL("SELECT 1")], "no-way-back"),
    "a table is locked by hand": ([RunSQL("LOCK TABLE shop_order", "SELECT 1")], "locks-by-hand"),
    "time-outs of its own": ([RunSQL("SET LOCAL lock_timeout = 0", "SELECT 1")], "sets-time-outs"),
    "behind another statement": (
        [RunSQL("SELECT 1;\n-- and then\nDROP TABLE shop_line", "SELECT 1")],
        "ban-drop-table",
    ),
    "hidden in a state operation": (
        [SeparateDatabaseAndState(database_operations=[ops.RemoveField("order", "note")])],
        "ban-drop-column",
    ),
    "what PostgreSQL cannot read": ([RunSQL("ALTER TALBE shop_order", "SELECT 1")], "syntax-error"),
    "a column is dropped from a small table, too": (
        [RunSQL("ALTER TABLE accounts_shop DROP COLUMN id", "-")],
        "ban-drop-column",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_planted_migration_is_refused(kind: str) -> None:
    operations, rule = BAD[kind]
    assert rule in judge(*operations)


def good() -> Iterator[tuple[str, list[Operation], bool]]:
    yield "a column that may be empty", [add(models.TextField(null=True))], True
    yield "a column with a default of the database", [add(models.IntegerField(default=0, db_default=0))], True
    yield "a text that gets longer", [ops.AlterField("order", "name", models.CharField(max_length=30))], True
    yield "words for people", [ops.AlterField("order", "name", models.CharField("Name", max_length=20))], True
    yield "a column that no release uses", [RunSQL("ALTER TABLE shop_order DROP COLUMN gone", ADD_GONE)], True
    yield "only the state forgets it", [SeparateDatabaseAndState([], [ops.RemoveField("order", "note")])], True
    index = models.Index(fields=["total"], name="i")
    yield "an index beside everything else", [AddIndexConcurrently("order", index)], False
    yield "and its end", [RemoveIndexConcurrently("order", "by_name")], False
    yield "a check of what is there, later", [ValidateConstraint("order", "positive")], True
    key = [("id", models.BigAutoField(primary_key=True)), ("order", models.ForeignKey("shop.order", models.PROTECT))]
    yield "a new table with all that it needs", [ops.CreateModel("New", key), ops.AddIndex("new", index_of_new())], True
    yield "a small table", [ops.AddIndex("shop", models.Index(fields=["id"], name="s"))], True
    yield "rows in pieces, each a transaction", [RunPython(nothing, nothing)], False


def index_of_new() -> models.Index:
    return models.Index(fields=["order"], name="n")


@pytest.mark.parametrize(("kind", "operations", "atomic"), list(good()))
def test_what_the_last_release_can_live_with_is_let_through(
    kind: str, operations: list[Operation], atomic: bool
) -> None:
    assert judge(*operations, atomic=atomic) == set()


@pytest.fixture(scope="module")
def planned(django_db_setup: None, django_db_blocker) -> list[Planned]:  # type: ignore[no-untyped-def]
    with django_db_blocker.unblock():
        return since_last_release()


@pytest.fixture(scope="module")
def faults(planned: list[Planned]) -> list[Fault]:
    return lint(planned, released=released_columns())


def test_every_migration_since_the_last_release_can_be_run_while_it_goes_on_working(faults: list[Fault]) -> None:
    assert [str(fault) for fault in faults if not fault.reason] == []


def test_what_is_allowed_is_needed_and_says_why(planned: list[Planned], faults: list[Fault]) -> None:
    present = {re.sub(r"\.[0-9]+_", ".", one.migration) for one in planned}
    used = {fault.key for fault in faults}
    assert {key for key in ALLOWED if key[0] in present} <= used
    assert all(len(reason) > 20 for reason in ALLOWED.values())

"""Whether what migrations do can be done while the last release goes on working. A test asks;
by hand, with a migrated database, `python -m tests.upgrade.lint` does.

squawk (requirements-dev.txt) reads the statements; it knows what each locks, rewrites or breaks. What they do not show
is judged here: work on rows, ways back, what the last release still uses. Only what was added since the last recorded
release is looked at: what came before has been run. `allowed.py` has the exceptions, each with its reason.

django-migration-linter would be the other choice: it matches patterns, knows neither tables that are new or small nor
what a release uses, and builds the state of the whole project anew for each migration.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db.migrations import RunPython, RunSQL, SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation

from tests.upgrade.allowed import ALLOWED, SMALL_TABLES
from tests.upgrade.record import Columns
from tests.upgrade.statements import Planned

SQUAWK = Path(sys.executable).parent / "squawk"
# The oldest PostgreSQL that we run on.
POSTGRES = "14"
# What breaks the last release while it goes on, however small the table is.
BREAKS = {
    "adding-required-field", "ban-drop-column", "ban-drop-default", "ban-drop-not-null", "ban-drop-table",
    "ban-truncate-cascade", "changing-column-type", "renaming-column", "renaming-table", "adding-not-nullable-field",
}  # fmt: skip
# What keeps everybody waiting who wants the table, as long as it is read or written anew.
WAITS = {
    "adding-field-with-default", "adding-foreign-key-constraint", "adding-serial-primary-key-field",
    "ban-concurrent-index-creation-in-transaction", "constraint-missing-not-valid", "disallowed-unique-constraint",
    "require-concurrent-index-creation", "require-concurrent-index-deletion", "require-concurrent-partition-detach",
    "require-concurrent-reindex",
}  # fmt: skip
_TABLE = re.compile(
    r"(?:ALTER TABLE|CREATE TABLE|DROP TABLE|LOCK TABLE|TRUNCATE(?: TABLE)?|UPDATE|DELETE FROM|INSERT INTO|"
    r"CREATE (?:UNIQUE )?INDEX.*? ON|(?:BEFORE|AFTER)\b.*? ON)\s+(?:ONLY |IF EXISTS |IF NOT EXISTS )*\"?(\w+)\"?",
    re.IGNORECASE | re.DOTALL,
)
# What squawk has no rule for.
_BY_HAND = {
    "rows-at-once": re.compile(r"^\s*(?:WITH|UPDATE|DELETE|INSERT|MERGE|DO)\b", re.IGNORECASE),
    "locks-by-hand": re.compile(
        r"^\s*(?:LOCK|CLUSTER|REINDEX|TRUNCATE|VACUUM FULL|REFRESH MATERIALIZED VIEW (?!CONCURRENTLY))\b", re.IGNORECASE
    ),
    "sets-time-outs": re.compile(r"\bSET\s+(?:LOCAL\s+|SESSION\s+)?(?:lock|statement)_timeout", re.IGNORECASE),
    # Rows that the last release goes on writing; also where the table is new to nobody but small.
    "refuses-more": re.compile(
        r"CREATE UNIQUE INDEX|ADD CONSTRAINT \S+ (?:CHECK|UNIQUE(?! USING)|EXCLUDE)", re.IGNORECASE
    ),
}
_TYPE = re.compile(r"ALTER TABLE \"(\w+)\" ALTER COLUMN \"(\w+)\" TYPE (\w+)(?:\((\d+)\))?(?: USING .*)?;?$")


@dataclass(frozen=True)
class Fault:
    """One thing that a migration must not do like this."""

    migration: str
    rule: str
    statement: str

    @property
    def key(self) -> tuple[str, str]:
        """Return by what it is allowed: the migration without its number, which changes when branches meet."""
        return re.sub(r"\.[0-9]+_", ".", self.migration), self.rule

    @property
    def reason(self) -> str | None:
        """Return why it may be done all the same."""
        return ALLOWED.get(self.key)

    def __str__(self) -> str:
        return f"{self.migration}: {self.rule}\n    {self.statement[:300]}"


def lint(planned: Iterable[Planned], *, released: Columns) -> list[Fault]:
    """Return all faults, those that are allowed among them. `released` are the columns that the last release uses."""
    planned = list(planned)
    created = {table for one in planned for text in one.statements for table in _created(text)}
    found = [*_judge_operations(planned), *_ask_squawk(planned)]
    return [fault for fault in dict.fromkeys(found) if _matters(fault, created, released)]


def table_of(statement: str) -> str:
    """Return which table a statement is about; empty when it names none."""
    found = _TABLE.search(statement)
    return found[1] if found else ""


def _created(statement: str) -> Iterator[str]:
    if re.match(r"\s*CREATE TABLE", statement, re.IGNORECASE):
        yield table_of(statement)


def _matters(fault: Fault, created: set[str], released: Columns) -> bool:
    """Return whether the fault is one: nobody waits for a table that is new, nor uses what no release knows."""
    table = table_of(fault.statement)
    if table in created or (table in SMALL_TABLES and fault.rule in WAITS | {"rows-at-once"}):
        return False
    if fault.rule in ("ban-drop-column", "renaming-column", "ban-drop-table", "renaming-table", "ban-drop-default"):
        columns = re.findall(r"(?:DROP COLUMN|RENAME COLUMN|ALTER COLUMN) (?:IF EXISTS )?\"?(\w+)", fault.statement)
        used = released.get(table, {})
        return bool(used if not columns else used.keys() & set(columns)) or fault.rule == "ban-drop-default"
    if fault.rule == "changing-column-type":
        return not _is_wider(fault.statement, released)
    return True


def _is_wider(statement: str, released: Columns) -> bool:
    """Return whether a text only gets longer: no row is written anew, and what the last release writes fits."""
    found = _TYPE.match(statement.strip())
    if not found or " USING " in statement:
        return False
    table, column, kind, length = found.groups()
    before = re.fullmatch(r"varchar\((\d+)\)", released.get(table, {}).get(column, ""))
    return bool(before) and (kind == "text" or (kind == "varchar" and int(length or 0) >= int(before[1])))


def _judge_operations(planned: list[Planned]) -> Iterator[Fault]:
    for one in planned:
        for operation in _innermost(one.operation):
            if isinstance(operation, RunPython | RunSQL) and not operation.reversible:
                yield Fault(one.migration, "no-way-back", operation.describe())
            if isinstance(operation, RunPython) and one.is_atomic:
                yield Fault(one.migration, "rows-at-once", operation.describe())
        for statement in one.statements:
            yield from _judge_statement(one, statement)


def _innermost(operation: Operation) -> Iterator[Operation]:
    if isinstance(operation, SeparateDatabaseAndState):
        for inner in operation.database_operations:
            yield from _innermost(inner)
    else:
        yield operation


def _judge_statement(one: Planned, statement: str) -> Iterator[Fault]:
    for rule, pattern in _BY_HAND.items():
        if pattern.search(statement):
            yield Fault(one.migration, rule, statement)


def _ask_squawk(planned: list[Planned]) -> Iterator[Fault]:
    """Let squawk read all statements, and find the one of each line that it names."""
    lines = [(one, text) for one in planned for text in one.statements for _line in f"{text};".splitlines()]
    if not lines:
        return
    sql = "\n".join(f"{text};" for one in planned for text in one.statements)
    command = [SQUAWK, "--reporter=json", f"--pg-version={POSTGRES}", "--stdin-filepath=migrations.sql"]
    done = subprocess.run(command, input=sql, capture_output=True, text=True, check=False)
    for found in json.loads(done.stdout):
        one, text = lines[found["line"]]
        if found["rule_name"] in BREAKS | WAITS | {"syntax-error"}:
            yield Fault(one.migration, found["rule_name"], text)


def main() -> None:
    """Print what has to be changed; exit 1 if anything has."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
    django.setup()
    from tests.upgrade.record import released_columns
    from tests.upgrade.statements import since_last_release

    faults = [fault for fault in lint(since_last_release(), released=released_columns()) if not fault.reason]
    print("\n".join(map(str, faults)) or "Every migration since the last release can be run while it goes on working.")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()

"""What migrations would do to a database of the last release, as statements; nothing is executed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import sqlparse
from django.db import connection
from django.db.migrations import Migration, RunPython
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from backoffice.engine.services.releases import last_release, plan_since, state_of


@dataclass(frozen=True)
class Planned:
    """One operation of a migration, with the statements that it would execute."""

    migration: str
    is_atomic: bool
    operation: Operation
    statements: list[str] = field(default_factory=list)


def since_last_release() -> list[Planned]:
    """Return all that was added since the release that was recorded last."""
    loader, release = MigrationLoader(connection), last_release()
    return list(plan(plan_since(release, loader.graph), state_of(release, loader)))


def plan(migrations: Iterable[Migration], state: ProjectState) -> Iterator[Planned]:
    """Collect the statements, operation by operation, beginning at a state that is used up by it."""
    own = connection.copy()  # collects, and is in no transaction, whatever calls this
    _rendered = state.apps  # once, and not anew for each operation
    try:
        for migration in migrations:
            for operation in migration.operations:
                before = state.clone()
                operation.state_forwards(migration.app_label, state)
                yield Planned(
                    f"{migration.app_label}.{migration.name}",
                    migration.atomic or operation.atomic is True,
                    operation,
                    _statements(operation, migration, before, state, own),
                )
    finally:
        own.close()


def _statements(operation, migration, before, after, own) -> list[str]:  # type: ignore[no-untyped-def]
    if isinstance(operation, RunPython) or not operation.reduces_to_sql:
        return []
    with own.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
        operation.database_forwards(migration.app_label, editor, before, after)
    parts = [
        part for text in editor.collected_sql for part in sqlparse.split(sqlparse.format(text, strip_comments=True))
    ]
    return [part.rstrip("; \n") for part in parts if part.strip("; \n")]

"""Releases that were recorded, with the migrations that each ended with: there an upgrade begins, and a way back ends.

`tests/upgrade/recording.py` writes them when a release is made; docs/operate/upgrade.md says how.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

FOLDER = Path(__file__).resolve().parent.parent / "releases"


class OlderDatabaseError(Exception):
    """The database lacks migrations that the release has."""


@dataclass(frozen=True)
class Release:
    """A release, and by app the last of its migrations."""

    version: str
    migrations: dict[str, str]

    def contains(self, graph: MigrationGraph) -> set[tuple[str, str]]:
        """Return all migrations that a database of this release has. Raises NodeNotFoundError for one that is gone."""
        return {node for leaf in self.migrations.items() for node in graph.forwards_plan(leaf)}


def recorded_releases(folder: Path = FOLDER) -> list[Release]:
    """Return all that were recorded, the oldest first."""
    paths = sorted(folder.glob("*.json"), key=lambda path: version_key(path.stem))
    return [Release(path.stem, json.loads(path.read_text())) for path in paths]


def last_release() -> Release:
    return recorded_releases()[-1]


def version_key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def plan_since(release: Release, graph: MigrationGraph) -> list[Migration]:
    """Return what a database of the release has yet to be given, in the order in which `migrate` does it."""
    has = release.contains(graph)
    plan = [graph.nodes[node] for node in full_plan(graph.leaf_nodes(), graph) if node not in has]
    return [migration for migration in plan if migration is not None]


def full_plan(targets: Iterable[tuple[str, str]], graph: MigrationGraph) -> list[tuple[str, str]]:
    """Return the migrations that lead to the targets, each once and behind those that it builds on."""
    return list(dict.fromkeys(node for target in targets for node in graph.forwards_plan(target)))


def state_of(release: Release, loader: MigrationLoader) -> ProjectState:
    """Return the models of a release, as its migrations describe them."""
    state = ProjectState(real_apps=loader.unmigrated_apps)
    for node in full_plan(release.migrations.items(), loader.graph):
        loader.graph.nodes[node].mutate_state(state, preserve=False)
    return state


def plan_back(release: Release) -> list[Migration]:
    """Return what the database has beyond the release, the oldest first. Raises OlderDatabaseError."""
    loader = MigrationLoader(connection)
    if missing := release.contains(loader.graph) - loader.applied_migrations.keys():
        raise OlderDatabaseError(", ".join(sorted(f"{app}.{name}" for app, name in missing)))
    has = loader.applied_migrations.keys()
    return [one for one in plan_since(release, loader.graph) if (one.app_label, one.name) in has]


def migrate_back(release: Release, say: Callable[[str], Any]) -> None:
    """Undo what the database has beyond the release, the newest first. Raises OlderDatabaseError.

    Django's own way builds the models anew for each migration of any app that it passes: minutes with many apps.
    """
    plan = plan_back(release)
    executor = MigrationExecutor(connection)
    state = state_of(release, executor.loader)
    before = []
    for migration in plan:
        _rendered = state.apps  # from here on only what changes
        before.append(state)
        state = migration.mutate_state(state, preserve=True)
    for migration, state_before in zip(reversed(plan), reversed(before), strict=True):
        executor.unapply_migration(state_before, migration)
        say(f"{migration.app_label}.{migration.name}")

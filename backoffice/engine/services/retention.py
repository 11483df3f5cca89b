"""How long each table keeps its rows, and the removal of what is older, some thousand at a time.

Every app says it of each of its models in its `growth.py`: bounded, with the setting that bounds it, or kept, with the
reason. A test knows all models; docs/operate/growth.md shows the same table.

Old rows are found by walking the table in the order of their age and remembering the place, so what is left behind (a
line of a finished push, the newest event of a thing) is looked at once a round and not with each batch.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Model, Q, QuerySet

from backoffice.engine.services.clock import database_now
from backoffice.engine.services.leases import LeaseHolder

AT_ONCE = 2000
# A run's time; the next one goes on. Below the time limit of tasks, and the lease outlasts it.
SECONDS = 100.0
LEASE_SECONDS = 300.0
LEASE = "retention"
_BETWEEN_ROUNDS = timedelta(hours=23)


@dataclass(frozen=True)
class Policy:
    """What becomes of a table's rows. `model` is its label; `kept` says for how long, in words for operators."""

    model: str
    kept: str
    removed: str
    # Names a setting in days; empty where nothing is removed here.
    setting: str = ""
    # The column that says how old a row is, and the one by which the table is walked: in about the same order.
    age: str = ""
    walk: str = "pk"
    where: Callable[[], Q] = Q
    act: Callable[[QuerySet[Any]], int] | None = None

    @property
    def days(self) -> int:
        return int(getattr(settings, self.setting))


POLICIES: dict[str, Policy] = {}


def keep(*models: str, because: str) -> None:
    """Say why the rows of these models stay: what bounds them is something else than time."""
    for model in models:
        _register(Policy(model, kept=because, removed="—"))


def bounded_elsewhere(model: str, *, kept: str, by: str) -> None:
    """Say what else removes the model's rows: a task by its name, a limit, PostgreSQL's partitions."""
    _register(Policy(model, kept=kept, removed=by))


def forget(
    model: str,
    *,
    older: str,
    than: str,
    walk: str = "pk",
    only: str = "",
    where: Callable[[], Q] = Q,
    act: Callable[[QuerySet[Any]], int] | None = None,
    how: str = "deleted",
) -> None:
    """Have rows removed whose column `older` lies back further than the setting `than` says, in days.

    `only` says in words which of them `where` leaves to it. `walk` names another column than the key where that is no
    number growing with time; it has to be indexed. `act` does something else than deleting; `how` is its word.
    """
    kept = f"`{than}` days" + (f", {only}" if only else "")
    removed = f"{how} in batches, `forget_old_rows`"
    _register(Policy(model, kept, removed, setting=than, age=older, walk=walk, where=where, act=act))


def forget_old_rows(*, seconds: float = SECONDS) -> dict[str, int]:
    """Remove what is too old until nothing is or the time is over; return how many rows by model.

    One process of all does it; others return at once.
    """
    lease = LeaseHolder(LEASE, seconds=LEASE_SECONDS)
    places = lease.take()
    if places is None:
        return {}
    deadline = time.monotonic() + seconds
    removed: dict[str, int] = {}
    try:
        for policy in sorted(POLICIES.values(), key=lambda one: one.model):
            if policy.setting and time.monotonic() < deadline:
                walk = Walk(policy, places.get(policy.model))
                removed[policy.model] = walk.go(deadline=deadline)
                places[policy.model] = walk.place
    finally:
        lease.release(places)
    return {model: count for model, count in removed.items() if count}


class Walk:
    """One policy's way through its table. `place` is where it goes on: {"after": key}, or {"ended": time} of a round
    that was complete, after which a day passes before the next.
    """

    def __init__(self, policy: Policy, place: dict[str, Any] | None = None) -> None:
        self.policy, self.place = policy, place or {}
        self._model: type[Model] = apps.get_model(policy.model)
        self._now = database_now()
        self._before = self._now - timedelta(days=policy.days)

    def go(self, *, deadline: float) -> int:
        """Go on until the rows are too young, or the time is over; return how many were removed."""
        removed = 0
        if self._has_ended():
            return removed
        while time.monotonic() < deadline:
            rows = self._next_rows()
            old = [key for key, age in rows if age is not None and age < self._before]
            removed += self._remove(old)
            if len(rows) < AT_ONCE or not old:
                self.place = {"ended": self._now.isoformat()}
                break
            self.place = {"after": rows[-1][0]} if self.policy.walk == "pk" else {}
        return removed

    def _has_ended(self) -> bool:
        ended = self.place.get("ended")
        return ended is not None and datetime.fromisoformat(ended) > self._now - _BETWEEN_ROUNDS

    def _next_rows(self) -> list[tuple[Any, datetime | None]]:
        rows = self._model._default_manager.order_by(self.policy.walk)
        if self.policy.walk != "pk":
            # Nothing is left behind on this way: it begins at the oldest each time.
            rows = rows.filter(self.policy.where(), **{f"{self.policy.age}__lt": self._before})
        elif "after" in self.place:
            rows = rows.filter(pk__gt=self.place["after"])
        return list(rows.values_list("pk", self.policy.age)[:AT_ONCE])

    def _remove(self, keys: list[Any]) -> int:
        if not keys:
            return 0
        rows = self._model._default_manager.filter(self.policy.where(), pk__in=keys)
        if self.policy.act is not None:
            return self.policy.act(rows)
        return rows.delete()[1].get(self._model._meta.label, 0)


def growth_table() -> Iterator[str]:
    """Give the lines of the table of all models in Markdown, for docs/operate/growth.md."""
    yield "| table | kept for | removed how |"
    yield "|---|---|---|"
    for policy in sorted(POLICIES.values(), key=lambda one: one.model):
        table = apps.get_model(policy.model)._meta.db_table
        yield f"| `{table}` | {policy.kept} | {policy.removed} |"


def _register(policy: Policy) -> None:
    if policy.model in POLICIES:
        raise LookupError(f"{policy.model} has two policies.")
    POLICIES[policy.model] = policy

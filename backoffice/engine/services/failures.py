"""What vendors refused and nobody has dealt with, by cause: the same complaint about many things is one failure.

The database groups by what the vendor wrote, without its numbers. What the catalogue knows is then one failure however
it was worded: another name, SKU or address in it makes no other cause.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from operator import attrgetter
from typing import Any

from django.db.models import CharField, Count, F, Func, Max, Min, QuerySet, TextField, Value
from django.db.models.functions import MD5, Cast, Concat

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.push_errors import PushExplanation, explain_push, explain_together
from backoffice.visibility import visible

MOST_GROUPS = 100
# Of so many texts, the most frequent ones, is asked what they mean; rarer ones wait until these are dealt with.
MOST_TEXTS = 1000
# What the keys of known causes begin with: no MD5 does.
_KNOWN = "known-"
_KEY_LENGTH = 32
_SIGN = Value("\x1f")
# All but the status of an answer, which says what is wrong.
_NUMBERS = Value("(?<![0-9]|HTTP )[0-9]+")


@dataclass(frozen=True)
class FailureGroup:
    """Pushes with one cause: how many, since when, the newest of them, and what all of them are refused for.

    `texts` are the `cause_key`s of what their vendor wrote.
    """

    key: str
    texts: Sequence[str]
    push: Push
    explained: PushExplanation
    count: int
    first: datetime
    last: datetime


@dataclass(frozen=True)
class _Text:
    """Pushes whose vendor wrote the same, by the newest of them."""

    cause_key: str
    push: Push
    count: int
    first: datetime
    last: datetime

    @cached_property
    def explained(self) -> PushExplanation:
        return explain_push(self.push)

    @cached_property
    def key(self) -> str:
        """What the same known causes have in common; the `cause_key` where the catalogue does not know all of it."""
        causes = self.explained.known_causes
        if not causes:
            return self.cause_key
        said = "\x1f".join([self.push.vendor, self.push.kind, *causes])
        return (_KNOWN + hashlib.sha256(said.encode()).hexdigest())[:_KEY_LENGTH]


def open_failures() -> QuerySet[Any]:
    """Return what was refused and still needs attention, with `cause_key`, which is the same for the same text.

    Numbers do not count: the third line of one order and the second of another are refused for the same cause.
    """
    text = Concat(
        F("vendor"), _SIGN, F("kind"), _SIGN, Cast("cause", TextField()), _SIGN, Cast("errors", TextField()),
        output_field=TextField(),
    )  # fmt: skip
    without_numbers = Func(text, _NUMBERS, Value("#"), Value("g"), function="regexp_replace", output_field=TextField())
    failed = visible(Push.objects.needing_attention()).filter(state=PushState.FAILED)
    return failed.annotate(cause_key=MD5(without_numbers, output_field=CharField()))


def failure_groups() -> list[FailureGroup]:
    """Return the failures by cause, the most frequent first; two queries."""
    return [_group(key, texts) for key, texts in _texts_by_cause().items()][:MOST_GROUPS]


def texts_of(key: str) -> Collection[str]:
    """Return the `cause_key`s of the group of that key, none where it is gone; two queries for a known cause."""
    if not key.startswith(_KNOWN):
        return (key,)
    return [text.cause_key for text in _texts_by_cause().get(key, ())]


def _texts_by_cause() -> dict[str, list[_Text]]:
    """Return what vendors wrote by the key of its group: the most frequent cause first, of each its newest text."""
    rows = list(
        open_failures()
        .order_by()
        .values("cause_key")
        .annotate(count=Count("pk"), first=Min("created_at"), last=Max("updated_at"), newest=Max("pk"))
        .order_by("-count", "-newest")[:MOST_TEXTS]
    )
    pushes = Push.objects.defer("payload", "follow_up").in_bulk([row["newest"] for row in rows])
    found: dict[str, list[_Text]] = defaultdict(list)
    for row in rows:
        if push := pushes.get(row["newest"]):
            text = _Text(row["cause_key"], push, row["count"], row["first"], row["last"])
            found[text.key].append(text)
    for texts in found.values():
        texts.sort(key=attrgetter("push.pk"), reverse=True)
    return dict(sorted(found.items(), key=lambda item: (-_count(item[1]), -item[1][0].push.pk)))


def _group(key: str, texts: Sequence[_Text]) -> FailureGroup:
    return FailureGroup(
        key=key,
        texts=[text.cause_key for text in texts],
        push=texts[0].push,
        explained=explain_together([text.explained for text in texts]),
        count=_count(texts),
        first=min(text.first for text in texts),
        last=max(text.last for text in texts),
    )


def _count(texts: Sequence[_Text]) -> int:
    return sum(text.count for text in texts)

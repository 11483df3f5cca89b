"""Finds out whether the chain still says what was written, and names the entries that do not.

What it cannot see alone is a tail that was cut off, or a chain computed anew from some place on: both need a head that
was written out before (`anchors.py`). Entries may be erased, and the oldest removed, while it reads.
"""

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from backoffice.audit.models import AuditAction, AuditEntry, ProblemKind
from backoffice.audit.services.chain import FIRST, ChainHead, head
from backoffice.audit.services.triggers import missing_triggers
from backoffice.text.translatable import gettext as _

AT_ONCE = 2000


@dataclass(frozen=True)
class ChainProblem:
    """An entry that is not as it was written, or what keeps others from being written or proven."""

    position: int
    text: str
    kind: ProblemKind = ProblemKind.CHAIN
    detail: str = ""


@dataclass
class Verification:
    """What was found; `head` is the last place that was read, `ended` whether it is the end of the chain."""

    entries: int = 0
    head: ChainHead = field(default_factory=lambda: ChainHead(0, FIRST))
    problems: list[ChainProblem] = field(default_factory=list)
    ended: bool = False


def verify(
    *,
    anchors: Iterable[ChainHead] = (),
    start: ChainHead | None = None,
    seconds: float | None = None,
    most_problems: int = 100,
) -> Verification:
    """Read the whole chain, or what stands behind `start`. Stop after so many problems, and after `seconds`."""
    return _Walk(list(anchors), start).run(most_problems, seconds)


class _Walk:
    """One reading of the chain, on to its last entry."""

    def __init__(self, anchors: list[ChainHead], start: ChainHead | None) -> None:
        removed = _start()
        self.start = start if start and start.position > removed.position else removed
        self.anchors: dict[int, set[bytes]] = defaultdict(set)
        for one in [*anchors, self.start]:
            self.anchors[one.position].add(one.chain)
        self.redactions = _Redactions(self.start.position)
        self.found = Verification(head=self.start)

    def run(self, most: int, seconds: float | None) -> Verification:
        until = None if seconds is None else time.monotonic() + seconds
        for some in _batches(self.start.position):
            for entry in some:
                self._look(entry, self.found.head)
                self.found.entries += 1
                self.found.head = ChainHead(entry.pk, bytes(entry.chain))
                if len(self.found.problems) >= most:
                    return self.found
            if until is not None and time.monotonic() >= until:
                return self.found
        self.found.ended = True
        self._compare_end()
        for table, trigger in sorted(missing_triggers()):
            text = _("The trigger %(trigger)s on %(table)s is missing or disabled.")
            text %= {"trigger": trigger, "table": table}
            self.found.problems.append(ChainProblem(0, text, ProblemKind.TRIGGER, f"{table} {trigger}"[:150]))
        return self.found

    def _look(self, entry: AuditEntry, before: ChainHead) -> None:
        gap = entry.pk - before.position - 1
        if gap and (removed := _start()).position == entry.pk - 1:  # by the retention, while this read on
            before, gap = removed, 0
        if gap:
            self._removed(before.position + 1, entry.pk - 1, _("Entries %(first)s to %(last)s were removed."))
        if not self._payload_holds(entry):
            self._note(entry.pk, _("Its before and after values were altered."), "values")
        if bytes(entry.digest) != entry.hash_facts():
            self._note(entry.pk, _("The person, object or time was altered."), "facts")
        elif not gap and bytes(entry.chain) != entry.hash_chain(before.chain):
            text = _("It does not follow the previous entry: one of the two was inserted or replaced.")
            self._note(entry.pk, text, "order")
        if self.anchors.get(entry.pk, set()) - {bytes(entry.chain)}:
            self._note(entry.pk, _("It is no longer the same entry as when the anchor was written."), "anchor")

    def _payload_holds(self, entry: AuditEntry) -> bool:
        if self.redactions.agree(entry):
            return True
        # It may have been erased, or removed as too old, since it was read.
        now = AuditEntry.objects.filter(pk=entry.pk).first()
        self.redactions.read()
        return now is None or self.redactions.agree(now)

    def _compare_end(self) -> None:
        """Find out whether there were entries beyond the last one."""
        last = head()
        known = max(self.anchors)
        if known > last.position:
            text = _("Entries %(first)s to %(last)s were removed from the end.")
            self._removed(last.position + 1, known, text)
            self.found.head = last

    def _removed(self, first: int, last: int, text: str) -> None:
        self._note(first, text % {"first": first, "last": last}, "removed")

    def _note(self, position: int, text: str, detail: str) -> None:
        self.found.problems.append(ChainProblem(position, text, detail=detail))


class _Redactions:
    """What the chain says payloads were replaced with, last of all; read once an erased one is met."""

    def __init__(self, after: int) -> None:
        self.after = after
        self.digests: dict[int, str] = {}

    def agree(self, entry: AuditEntry) -> bool:
        if entry.redacted_at is None:
            return entry.hash_payload() == bytes(entry.payload_digest)
        return self.digests.get(entry.pk) == hashlib.sha256(entry.payload.encode()).hexdigest()

    def read(self) -> None:
        """Read on: an entry that names erased ones stands behind them."""
        rows = AuditEntry.objects.filter(action=AuditAction.REDACT, pk__gt=self.after).order_by("pk")
        for entry in rows.iterator(200):
            self.digests |= {int(place): digest for place, digest in entry.values.get("entries", {}).items()}
            self.after = entry.pk


def _batches(last: int) -> Iterator[list[AuditEntry]]:
    """Yield the entries behind that place, some thousand at a time: no transaction stays open over ten million."""
    while some := list(AuditEntry.objects.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        yield some
        last = some[-1].pk


def _start() -> ChainHead:
    """Return what stands before the first entry: the end of what was removed by the retention, as the chain says."""
    last = AuditEntry.objects.filter(action=AuditAction.PRUNE).order_by("-pk").first()
    if last is None:
        return ChainHead(0, FIRST)
    values = json.loads(last.payload)
    return ChainHead(int(values["up_to"]), bytes.fromhex(values["chain"]))

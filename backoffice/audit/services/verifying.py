"""Finds out whether the chain still says what was written, and names the entries that do not.

What it cannot see alone is a tail that was cut off, or a chain computed anew from some place on: both need a head that
was written out before (`verify_audit --anchors`, and a line in the log whenever the chain grew).
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from backoffice.audit.models import AuditAction, AuditEntry
from backoffice.audit.services.chain import FIRST, ChainHead
from backoffice.audit.services.triggers import missing_triggers
from backoffice.text.translatable import gettext as _

AT_ONCE = 2000


@dataclass(frozen=True)
class ChainProblem:
    """An entry that is not as it was written."""

    position: int
    text: str


@dataclass
class Verification:
    """What was found; `head` is the last place that was read."""

    entries: int = 0
    head: ChainHead = field(default_factory=lambda: ChainHead(0, FIRST))
    problems: list[ChainProblem] = field(default_factory=list)


def verify(*, anchors: Iterable[ChainHead] = (), most_problems: int = 100) -> Verification:
    """Read the whole chain. Stop after so many problems."""
    return _Walk({one.position: one for one in anchors}).run(most_problems)


class _Walk:
    """One reading of the chain, from its first entry to its last."""

    def __init__(self, anchors: dict[int, ChainHead]) -> None:
        self.anchors = anchors
        self.found = Verification()
        self.redacted = _redactions()
        self.start = _start()

    def run(self, most: int) -> Verification:
        expected = self.start
        for entry in _entries():
            self._look(entry, expected)
            expected = ChainHead(entry.pk, bytes(entry.chain))
            self.found.entries, self.found.head = self.found.entries + 1, expected
            if len(self.found.problems) >= most:
                return self.found
        self._compare_anchors(expected)
        for table, trigger in sorted(missing_triggers()):
            self._note(0, _("The trigger %(trigger)s on %(table)s is missing or disabled.") % {
                "trigger": trigger, "table": table,
            })  # fmt: skip
        return self.found

    def _look(self, entry: AuditEntry, before: ChainHead) -> None:
        gap = entry.pk - before.position - 1
        if gap:
            places = {"first": before.position + 1, "last": entry.pk - 1}
            self._note(before.position + 1, _("Entries %(first)s to %(last)s were removed.") % places)
        if not self._payload_holds(entry):
            self._note(entry.pk, _("Its before and after values were altered."))
        if bytes(entry.digest) != entry.hash_facts():
            self._note(entry.pk, _("The person, object or time was altered."))
        elif not gap and bytes(entry.chain) != entry.hash_chain(before.chain):
            self._note(entry.pk, _("It does not follow the previous entry: one of the two was inserted or replaced."))
        anchor = self.anchors.get(entry.pk)
        if anchor and anchor.chain != bytes(entry.chain):
            self._note(entry.pk, _("It is no longer the same entry as when the anchor was written."))

    def _payload_holds(self, entry: AuditEntry) -> bool:
        if entry.redacted_at is None:
            return entry.hash_payload() == bytes(entry.payload_digest)
        return self.redacted.get(entry.pk) == hashlib.sha256(entry.payload.encode()).hexdigest()

    def _compare_anchors(self, last: ChainHead) -> None:
        beyond = [position for position in self.anchors if position > last.position]
        if beyond:
            places = {"first": last.position + 1, "last": max(beyond)}
            self._note(last.position + 1, _("Entries %(first)s to %(last)s were removed from the end.") % places)

    def _note(self, position: int, text: str) -> None:
        self.found.problems.append(ChainProblem(position, text))


def _entries() -> Iterator[AuditEntry]:
    """Yield all entries by place, some thousand at a time: no transaction stays open over ten million."""
    last = 0
    while some := list(AuditEntry.objects.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        yield from some
        last = some[-1].pk


def _redactions() -> dict[int, str]:
    """Return by place what the chain says the payload was replaced with, last of all."""
    found: dict[int, str] = {}
    for entry in AuditEntry.objects.filter(action=AuditAction.REDACT).order_by("pk"):
        found |= {int(place): digest for place, digest in entry.values.get("entries", {}).items()}
    return found


def _start() -> ChainHead:
    """Return what stands before the first entry: the end of what was removed by the retention, as the chain says."""
    last = AuditEntry.objects.filter(action=AuditAction.PRUNE).order_by("-pk").first()
    if last is None:
        return ChainHead(0, FIRST)
    values = json.loads(last.payload)
    return ChainHead(int(values["up_to"]), bytes.fromhex(values["chain"]))

"""One way in for what vendors report: a push's response, a callback, a poll and a person all end here.

Reports come late, twice and out of order. Each is compared with the newest one applied (`Version`: the vendor's time
of change, its newest history id, the rank of the state) before anything is set. No state goes back; the vendor's
history only grows. What follows from a change happens in its transaction, so a repeat causes nothing.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from django.db.models import Model, TextChoices
from django.utils import timezone

from backoffice.engine.models import Callback, Push
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.services.changes import set_changed
from backoffice.vendors.messages import HistoryEntry

# Columns that say which report is the newest.
_OF_THE_VERSION = {"reported_at", "reported_history_id", "reported_rank"}

Source = Literal["answer", "callback", "poll", "hand"]


@dataclass(frozen=True)
class ReportOutcome:
    """What became of something that a vendor reported; `subject` is what it is about, None for an orphan."""

    state: CallbackState
    subject: Model | None = None
    note: str = ""


class ReportApplication(ABC):
    """One report on its way into a locked row (`Reported`). A kind of report defines which columns it decides, which
    parts it has beside them, and what follows.
    """

    report: Any
    row: Any
    states: ClassVar[type[TextChoices]]
    # Of our states and of the vendor's, by value: a report never moves a row to a lower one.
    ranks: ClassVar[Mapping[Any, float]]
    # The event of a word that we do not know.
    unknown_word: ClassVar[str]

    def __init__(
        self,
        report: Any,
        row: Any,
        *,
        source: Source,
        callback: Callback | None = None,
        push: Push | None = None,
        actor: str = "",
    ) -> None:
        self.report, self.row, self.source = report, row, source
        self.origin: dict[str, Any] = {"actor": actor or f"vendor:{report.vendor}", "callback": callback, "push": push}
        newest = row.newest_version
        self.is_first = newest is None
        self.is_old = newest is not None and report.version < newest
        # A reading of this moment may say more than an equal version that came as a callback.
        self.is_newest = not self.is_old and (newest != report.version or source != "callback")
        # Whether anything that others are shown of it is new, and not only when the vendor said what.
        self.is_news = False
        # Lines for the timeline, written together.
        self.new_events: list[Model] = []

    def apply(self, *, changed: bool = False) -> ReportOutcome:
        """Apply what is new in the report."""
        before = self.row.state
        changed |= self.is_first
        fields = self._set_fields()
        has_lines = self._note_history()
        has_parts = self.record_parts()
        self.is_news = changed or has_parts or not fields.issubset(_OF_THE_VERSION)
        changed |= bool(fields) or has_lines or has_parts
        self.follow(before, changed=changed)
        self.write_events()
        if changed:
            return ReportOutcome(CallbackState.APPLIED, self.subject)
        return ReportOutcome(CallbackState.STALE if self.is_old else CallbackState.KNOWN, self.subject)

    @property
    def subject(self) -> Model:
        """What staff know the row by, whose timeline it is."""
        return self.row

    @abstractmethod
    def values(self) -> dict[str, Any]:
        """Return the columns that the newest report decides, beside those of its version."""

    def values_of_state(self) -> dict[str, Any]:
        """Return the columns that come with a state which was reached."""
        return {}

    def values_of_parts(self) -> dict[str, Any]:
        """Return the columns that follow from what is known of its parts, whichever report is the newest; the row has
        the state that it has reached.
        """
        return {}

    @abstractmethod
    def record_parts(self) -> bool:
        """Save what it reports of lines, parcels and the like; return whether anything changed."""

    @abstractmethod
    def follow(self, before: str, *, changed: bool) -> None:
        """Do what follows from a state that is another than before, and from any change at all."""

    @abstractmethod
    def event(self, kind: str, params: Mapping[str, Any], **fields: Any) -> Model:
        """Return a line for the timeline, unsaved; `fields` are those of the event."""

    @abstractmethod
    def source_key(self, entry: HistoryEntry) -> str:
        """Return what one line of the vendor's history is known by in the timeline."""

    def history_fields(self, entry: HistoryEntry, *, place: int) -> dict[str, Any]:
        """Return when a line of the vendor's history happened, and what it says; `place` counts from 1."""
        return {"at": entry.at, "params": {"text": entry.text}}

    def note(self, kind: str, **params: str) -> None:
        """Add a line to the timeline."""
        self.new_events.append(self.event(kind, params))

    def write_events(self) -> None:
        """Write the lines that were added since the last time. One insert, and who follows them is called once."""
        events = self.take_events()
        if events:
            type(events[0])._default_manager.bulk_create(events)

    def take_events(self) -> list[Any]:
        """Return the lines that were added, for somebody else to write."""
        events, self.new_events = self.new_events, []
        return events

    def _set_fields(self) -> set[str]:
        """Save what differs; return which columns did, but for the time of reading."""
        report, row = self.report, self.row
        values: dict[str, Any] = {}
        if self._moves_state():
            values = {"state": self.states(report.state.value)} | self.values_of_state()
        if self.is_newest:
            values |= {
                "raw_state": report.raw_state,
                "reported_at": report.version.updated_at,
                "reported_history_id": report.version.history_id,
                "reported_rank": report.version.rank,
            } | self.values()
        changed = set_changed(row, values)
        changed += set_changed(row, self.values_of_parts())
        if "raw_state" in changed and report.state == "unknown":
            self.note(self.unknown_word, word=report.raw_state)
        read: dict[str, Any] = {"read_at": timezone.now()} if self.source in ("answer", "poll") else {}
        if row.unreadable_since is not None:
            read["unreadable_since"] = None
        if changed or read:
            set_changed(row, read)
            row.save(update_fields=[*changed, *read, "updated_at"])
        return set(changed)

    def _moves_state(self) -> bool:
        """Return whether the state moves on: none goes back, however new the report; of two ends the newest decides."""
        current, reported = self.ranks[self.row.state], self.ranks[self.report.state]
        return reported > current or (self.is_newest and reported == current)

    def _note_history(self) -> bool:
        """Add the vendor's own lines to the timeline, each once, at the vendor's time; return whether any came."""
        histories = sorted(self.report.histories, key=lambda entry: entry.vendor_id)
        entries = {self.source_key(entry): entry for entry in histories}
        events: Any = self.subject.events  # type: ignore[attr-defined]
        known = set(events.filter(source_key__in=entries).values_list("source_key", flat=True))
        lines = [
            self.event("vendor.history", source_key=key, **self.history_fields(entry, place=place))
            for place, (key, entry) in enumerate(entries.items(), start=1)
            if key not in known
        ]
        self.new_events += lines
        return bool(lines)

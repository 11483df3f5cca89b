"""Decisions of people about rows that no trigger watches, such as requests and mails: the audit trail keeps who decided
what, since the row itself keeps only the last one.

The trail is an app of its own; it registers here.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import Model

from backoffice.acting import COMMAND, KEY, STAFF, current_actor

# One row, or the model where it is about several.
About = Model | type[Model]
# Called with what it is about, what was decided, and what is worth knowing of it.
Recorder = Callable[[About, str, dict[str, Any]], None]
recorders: list[Recorder] = []
# What rules, vendors and tasks do on their own is no decision.
_PEOPLE = (STAFF, KEY, COMMAND)


def note_decision(about: About, decision: str, **more: Any) -> None:
    """Record in the caller's transaction what the acting person decided; nothing where none acts."""
    if current_actor().kind in _PEOPLE:
        for record in recorders:
            record(about, decision, more)

"""The attempts of a push as its page shows them: requests with what came back, and notes between them."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from backoffice.engine.admin.bodies import Body, show_text
from backoffice.engine.models import PushAttempt
from backoffice.states import Chip, Tone
from backoffice.text.translatable import gettext as _

# Lines without a difference that are shown around one.
CONTEXT_LINES = 4


@dataclass(frozen=True)
class ExchangePanel:
    """One attempt. `chip` is None for a note; `earlier` is the attempt to compare with: same step, one before."""

    attempt: PushAttempt
    chip: Chip | None
    sent: Body
    received: Body
    earlier: int | None


def exchanges(attempts: Iterable[PushAttempt]) -> list[ExchangePanel]:
    """Return them in the order given, which has to be that of time."""
    last: dict[tuple[str, str], int] = {}
    shown = []
    for attempt in attempts:
        key, chip = (attempt.step, attempt.method), _chip(attempt)
        sent, received = show_text(attempt.request), show_text(attempt.answer)
        shown.append(ExchangePanel(attempt, chip, sent, received, earlier=last.get(key) if chip else None))
        last[key] = attempt.pk
    return shown


def _chip(attempt: PushAttempt) -> Chip | None:
    if not attempt.method:
        return None
    if attempt.status is None:
        return Chip(Tone.AMBER, "signal_disconnected", _("no answer"), hint=attempt.error)
    if attempt.status < 300 and attempt.error:
        return Chip(Tone.AMBER, "signal_disconnected", _("%d, interrupted") % attempt.status, hint=attempt.error)
    if attempt.status < 300:
        return Chip(Tone.GREEN, "check", str(attempt.status))
    if attempt.status >= 500 or attempt.status in (408, 429):
        return Chip(Tone.AMBER, "warning", str(attempt.status))
    return Chip(Tone.RED, "block", str(attempt.status))


def compare(earlier: PushAttempt, later: PushAttempt) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return label and lines for address, request, outcome and response, without lines where a part does not differ.

    A line is a mark ("+", "-", "…" or empty) and its text.
    """
    return [
        (_("Address"), _diff(f"{earlier.method} {earlier.url}", f"{later.method} {later.url}")),
        (_("Sent"), _diff(show_text(earlier.request).text, show_text(later.request).text)),
        (_("Outcome"), _diff(_outcome(earlier), _outcome(later))),
        (_("Answer"), _diff(show_text(earlier.answer).text, show_text(later.answer).text)),
    ]


def _outcome(attempt: PushAttempt) -> str:
    return f"{attempt.status or _('no answer')}\n{attempt.error}".rstrip()


def _diff(old: str, new: str) -> list[tuple[str, str]]:
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), n=CONTEXT_LINES, lineterm="")
    # The first two are the heads that name files.
    return [("…", "") if line[:2] == "@@" else (line[0].strip(), line[1:]) for line in list(lines)[2:]]

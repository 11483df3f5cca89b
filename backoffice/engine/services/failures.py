"""What vendors refused and nobody has dealt with, by cause: the same complaint about many things is one failure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, Count, F, Func, Max, Min, QuerySet, TextField, Value
from django.db.models.functions import MD5, Cast, Concat

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState

MOST_GROUPS = 100
_SIGN = Value("\x1f")


@dataclass(frozen=True)
class FailureGroup:
    """Pushes with one cause: how many, since when, the newest of them."""

    key: str
    push: Push
    count: int
    first: datetime
    last: datetime


def open_failures() -> QuerySet[Any]:
    """Return what was refused and still needs attention, with `cause_key`, which is the same for the same cause.

    Numbers do not count: the third line of one order and the second of another are refused for the same cause.
    """
    text = Concat(
        F("vendor"), _SIGN, F("kind"), _SIGN, Cast("cause", TextField()), _SIGN, Cast("errors", TextField()),
        output_field=TextField(),
    )  # fmt: skip
    without_numbers = Func(
        text, Value("[0-9]+"), Value("#"), Value("g"), function="regexp_replace", output_field=TextField()
    )
    failed = Push.objects.needing_attention().filter(state=PushState.FAILED)
    return failed.annotate(cause_key=MD5(without_numbers, output_field=CharField()))


def failure_groups() -> list[FailureGroup]:
    """Return the failures by cause, the most frequent first; two queries."""
    rows = list(
        open_failures()
        .order_by()
        .values("cause_key")
        .annotate(count=Count("pk"), first=Min("created_at"), last=Max("updated_at"), newest=Max("pk"))
        .order_by("-count", "-newest")[:MOST_GROUPS]
    )
    pushes = Push.objects.defer("payload", "follow_up").in_bulk([row["newest"] for row in rows])
    return [
        FailureGroup(row["cause_key"], pushes[row["newest"]], row["count"], row["first"], row["last"])
        for row in rows
        if row["newest"] in pushes
    ]

"""What can become of a report, in words that its three doors share."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from orders.models import VendorOrder

Source = Literal["answer", "callback", "poll", "hand"]


class ReportState(StrEnum):
    APPLIED = "applied"
    KNOWN = "known"
    STALE = "stale"
    ORPHAN = "orphan"


@dataclass(frozen=True)
class ReportOutcome:
    """What became of a report, and the vendor order it spoke of (None for an orphan)."""

    state: ReportState
    vendor_order: VendorOrder | None = None
    note: str = ""

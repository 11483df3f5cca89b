"""What an edit would do, for people who are about to do it."""

from dataclasses import dataclass, field
from decimal import Decimal

from orders.services.editing.amounts import Amounts
from orders.services.editing.checking import EditFindings


@dataclass(frozen=True)
class EditPreview:
    """What an edit would do: `changes` are [path, before, after] for people; `obstacle` says why it cannot be done."""

    changes: list[list[str]] = field(default_factory=list)
    before: Amounts | None = None
    after: Amounts | None = None
    findings: EditFindings = field(default_factory=EditFindings)
    obstacle: str = ""

    @property
    def changes_anything(self) -> bool:
        return bool(self.changes)

    @property
    def total_difference(self) -> Decimal:
        """What the customer pays more, or less where it is negative."""
        return self.after.total - self.before.total if self.before and self.after else Decimal(0)

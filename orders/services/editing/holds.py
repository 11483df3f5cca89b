"""What an edit means for the reasons why an order waits: what was corrected ends, what is left is said anew."""

from orders.models import AddressRole, Hold, HoldReason, Order
from orders.services.change_labels import LINE, position_of
from orders.services.editing.checking import EditFindings, subject_of
from orders.services.editing.plan import EditPlan
from orders.services.holds import active_holds

# Holds that may say nothing but what an edit corrects.
_ABOUT_CONTENT = (
    *(HoldReason.BAD_ADDRESS, HoldReason.INVALID_INPUT, HoldReason.VENDOR_REFUSED, HoldReason.BAD_FILE),
    *(HoldReason.ODD_PRICE, HoldReason.OUT_OF_STOCK, HoldReason.UNAVAILABLE, HoldReason.VENDOR_CANCELLED),
)


class CorrectedHolds:
    """Which holds of an order end with the edit. `touched` are roles of addresses and keys of lines; `refused_anew`
    says that a part which its vendor had refused or cancelled begins anew.
    """

    def __init__(self, plan: EditPlan, findings: EditFindings, *, refused_anew: bool) -> None:
        self.plan, self.findings, self.refused_anew = plan, findings, refused_anew
        self.touched: set[AddressRole | int] = {*plan.touched_roles, *plan.changed, *(line.pk for line in plan.removed)}
        self.positions = {line.pk: line.position for line in plan.after.lines if line.pk}

    def settle(self, order: Order) -> list[Hold]:
        """Return the holds that end; the others keep the errors that are left, under the paths that are theirs now."""
        ended = []
        for hold in active_holds(order).filter(reason__in=_ABOUT_CONTENT):
            left = self._errors_left(hold)
            if self._ends(hold, left):
                ended.append(hold)
            elif left != hold.errors:
                hold.errors = left
                hold.save(update_fields=["errors"])
        return ended

    def _errors_left(self, hold: Hold) -> dict[str, list[str]]:
        left = {}
        for path, texts in hold.errors.items():
            subject = subject_of(path, self.plan.before.lines)
            now = self._path_now(path, subject)
            corrected = self.refused_anew if subject is None and hold.reason == HoldReason.VENDOR_REFUSED else False
            if subject in self.touched:
                corrected = now is None or now not in self.findings.all
            elif subject is None and hold.reason in (HoldReason.INVALID_INPUT, HoldReason.ODD_PRICE):
                corrected = path not in self.findings.all and self._is_about_order(path)
            if not corrected:
                left[now or path] = texts
        return left

    def _is_about_order(self, path: str) -> bool:
        """Return whether the edit changes a field that the error may be about: express, total, documents."""
        return path.partition("[")[0].partition(".")[0] in self.plan.fields

    def _path_now(self, path: str, subject: AddressRole | int | None) -> str | None:
        """Return the path in the order as it is then; None for a line that is gone."""
        match = LINE.fullmatch(path)
        if match is None or not isinstance(subject, int):
            return path
        position = self.positions.get(subject)
        if position is None:
            return None
        head = f"lines[{position - 1}]" if match["index"] else f"lines.{position}"
        return head + match["rest"]

    def _ends(self, hold: Hold, left: dict[str, list[str]]) -> bool:
        if hold.errors:
            return not left
        match hold.reason:
            case HoldReason.BAD_ADDRESS:
                return AddressRole.RECIPIENT in self.touched and not self._is_doubtful()
            case HoldReason.VENDOR_REFUSED | HoldReason.VENDOR_CANCELLED:
                return self.refused_anew
            case HoldReason.UNAVAILABLE:
                return self.plan.changes_lines and not any(position_of(path) for path in self.findings.all)
        return False

    def _is_doubtful(self) -> bool:
        return any(path.startswith(f"{AddressRole.RECIPIENT.field}.") for path in self.findings.all)

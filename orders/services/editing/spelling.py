"""What an edit changes, as it is kept in the timeline: paths with the values before and after, as texts."""

from decimal import Decimal
from typing import Any

from backoffice.vendors.money import spell_total
from backoffice.vendors.registry import vendor_title
from orders.models import OrderLine
from orders.services.editing.plan import EditPlan, FieldChange

# Long enough for every value that people read; the whole is in the order itself.
LONGEST = 300
_QUIET = ("file_credentials",)


def spell_changes(plan: EditPlan) -> list[list[str]]:
    """Return [path, before, after] of each field that changes; a line that comes or goes is one of them."""
    changes = [change for one in plan.addresses.values() for change in one]
    changes += [change for name, change in plan.fields.items() if name != "total"]
    for line in plan.before.lines:
        if names := plan.changed.get(line.pk):
            after = next(one for one in plan.after.lines if one.pk == line.pk)
            changes += [
                FieldChange(f"lines.{line.reference}.{name}", _value_of(line, name), _value_of(after, name))
                for name in sorted(names)
                if name not in _QUIET or names == set(_QUIET)
            ]
    changes += [FieldChange(f"lines.{line.reference}", _spell_line(line), "") for line in plan.removed]
    changes += [FieldChange(f"lines.{line.reference}", "", _spell_line(line)) for line in plan.added]
    if total := plan.fields.get("total"):
        currency = plan.before.order.currency
        texts = (f"{spell_total(value, currency=currency)} {currency}" for value in (total.before, total.after))
        changes.append(FieldChange("total", *texts))
    return [[change.path, _spell(change.path, change.before), _spell(change.path, change.after)] for change in changes]


def _value_of(line: OrderLine, name: str) -> Any:
    return vendor_title(line.vendor) if name == "vendor" else getattr(line, name)


def _spell_line(line: OrderLine) -> str:
    return f"{line.quantity} × {line.sku or line.design_id or line.name}"


def _spell(path: str, value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "✓" if value else "–"
        case Decimal():
            return f"{value.normalize():f}"
        case list():
            return ", ".join(" ".join(filter(None, (file.get("type"), _name_of(file)))) for file in value)[:LONGEST]
        case dict() if not path.endswith("file_credentials"):
            return ", ".join(f"{key}: {item}" for key, item in value.items())[:LONGEST]
    return "…" if path.endswith("file_credentials") else str(value)[:LONGEST]


def _name_of(file: dict[str, str]) -> str:
    """Return the id of a file of ours: its address is a secret that changes with each link."""
    return file.get("file_id") or file["url"]

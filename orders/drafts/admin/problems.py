"""What stands against a draft, beside the fields that it is about."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backoffice.errors import Errors, merge
from backoffice.text.translatable import gettext as _
from orders.drafts.services.contents import DraftContent
from orders.models import Address, AddressRole, OrderLine

_LINE = re.compile(r"lines\[(\d+)\](?:\.(\w+))?")


@dataclass
class Problems:
    """`beside` are errors by the names of the page's fields, `missing` names what is still needed, `general` are
    errors of what the page has no field for. `warnings` do not stop the order: it would be held.
    """

    beside: Errors = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    general: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def is_ready(self) -> bool:
        return not (self.beside or self.missing or self.general)


def sort_problems(
    errors: Errors, warnings: Errors, content: DraftContent, places: list[str], *, is_strict: bool
) -> Problems:
    """Return what the page says where. A field that nobody has reached yet is only missing, unless `is_strict`."""
    found = Problems()
    for path, texts in errors.items():
        name = field_name(path, places)
        if name is None:
            found.general += texts
        elif is_strict or _is_typed(name, content, places):
            found.beside = merge(found.beside, {name: texts})
        else:
            found.missing.append(_label(path, content))
    for texts in warnings.values():
        found.warnings += texts
    found.missing = list(dict.fromkeys(found.missing))
    return found


def field_name(path: str, places: list[str]) -> str | None:
    """Return the name of the page's field for a path of the order; None where it has none."""
    if (match := _LINE.match(path)) is not None:
        index, name = int(match[1]), match[2] or "sku"
        return f"lines.{places[index]}.{name}" if index < len(places) else None
    head = path.split(".", maxsplit=1)[0]
    return path if head in ("customer", *_FIELDS) or path in _OF_ORDER else None


_FIELDS = [AddressRole.RECIPIENT.field, AddressRole.INVOICE.field]
_OF_ORDER = ("total", "shipping_method", "gift_message", "express_shipping", "express_production", "shop", "currency")


def _is_typed(name: str, content: DraftContent, places: list[str]) -> bool:
    head, *rest = name.split(".")
    if head == "lines":
        line = content.lines[places.index(rest[0])]
        return rest[1] != "files" and bool(getattr(line, rest[1], None))
    value: Any = content
    for part in (head, *rest):
        value = getattr(value, part, None)
    return bool(value) or not rest


def _label(path: str, content: DraftContent) -> str:
    if (match := _LINE.match(path)) is not None:
        line = content.lines[int(match[1])]
        params = {"product": line.sku or line.name or line.reference, "field": _line_labels().get(match[2] or "", "")}
        return _("%(product)s: %(field)s") % params
    head, _dot, name = path.partition(".")
    label = str(getattr(Address._meta.get_field(name), "verbose_name", name))
    return label if head == _FIELDS[0] else _("invoice address: %(field)s") % {"field": label}


def _line_labels() -> Mapping[str, str]:
    names = ("sku", "quantity", "unit_price")
    labels = {name: str(getattr(OrderLine._meta.get_field(name), "verbose_name", name)) for name in names}
    return labels | {"files": _("print file")}

"""What changed about an order, in the reader's words: fields by their names, with the values before and after."""

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from backoffice.text.translatable import gettext as _t
from backoffice.text.translatable import join
from orders.models import Address, AddressRole, Order, OrderLine

# More would be no line of a timeline.
MOST_TOLD = 12
_LABELS = {"documents": _("documents"), "lines": _("line")}


class ShownChange(NamedTuple):
    """A field by its label; what comes has no `before`, what goes no `after`."""

    path: str
    label: str
    before: str
    after: str


def show_changes(changes: Sequence[Sequence[str]]) -> list[ShownChange]:
    """Return the changes, each [path, before, after], with the labels of their fields."""
    return [ShownChange(path, label_of(path), before, after) for path, before, after in changes]


def describe_changes(changes: Sequence[Sequence[str]]) -> str:
    """Return the changes as one text, the first few of them where there are many."""
    texts = [_describe(change) for change in show_changes(changes[:MOST_TOLD])]
    if len(changes) > MOST_TOLD:
        texts.append(_t("And %(count)d more.") % {"count": len(changes) - MOST_TOLD})
    return str(join(texts))


def label_of(path: str) -> str:
    """Return what the field of that path is called: "Recipient, street", "Line 2, quantity"."""
    head, _dot, name = path.partition(".")
    role = next((role for role in AddressRole if role.field == head), None)
    if role is not None:
        return _joined(str(role.label), _verbose(Address, name)) if name else _capitalised(str(role.label))
    if head == "lines":
        reference, _dot, column = name.rpartition(".")
        if column not in _COLUMNS:
            reference, column = name, ""
        line = _t("Line %(line)s") % {"line": reference}
        return _joined(line, _verbose(OrderLine, column)) if column else line
    return _capitalised(_verbose(Order, head))


def _describe(change: ShownChange) -> str:
    params = change._asdict()
    if not change.before:
        return _t("%(label)s: %(after)s (new).") % params
    if not change.after:
        return _t("%(label)s: %(before)s (removed).") % params
    return _t("%(label)s: %(before)s → %(after)s.") % params


_COLUMNS = {field.name for field in OrderLine._meta.concrete_fields}


def _verbose(model: type[Address | Order | OrderLine], name: str) -> str:
    if name in _LABELS:
        return str(_LABELS[name])
    return str(getattr(model._meta.get_field(name), "verbose_name", name))


def _joined(first: str, second: str) -> str:
    return f"{_capitalised(first)}, {second}"


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]

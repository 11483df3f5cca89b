"""What changed or is wrong about an order, in the reader's words: fields by their names, with the values before and
after, or the errors.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext_lazy as _

from backoffice.sight import personal
from backoffice.text.translatable import TranslatableText, join, register_speller, spelled
from backoffice.text.translatable import gettext as _t
from orders.models import Address, AddressRole, Order, OrderLine

LINE = re.compile(r"lines(?:\[(?P<index>\d+)\]|\.(?P<position>\d+))(?P<rest>.*)", re.DOTALL)
# More would be no line of a timeline.
MOST_TOLD = 12
# Beginnings of the paths of what says who somebody is.
_PERSONAL = frozenset({"customer_firstname", "customer_lastname", "customer_email", "customer_phone", "customer"}) | {
    role.field for role in AddressRole
}
_LABELS = {"documents": _("documents"), "lines": _("line")}


class ShownChange(NamedTuple):
    """A field by its label; what comes has no `before`, what goes no `after`."""

    path: str
    label: str
    before: str
    after: str


def show_changes(changes: Sequence[Sequence[str]]) -> list[ShownChange]:
    """Return the changes, each [path, before, after], with the labels of their fields."""
    return [_show(path, before, after) for path, before, after in changes]


def _show(path: str, before: str, after: str) -> ShownChange:
    """Return a change as the reader may see it: who somebody is and where they live is personal."""
    if path.partition(".")[0] in _PERSONAL:
        before, after = personal(before), personal(after)
    return ShownChange(path, label_of(path), before, after)


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


def position_of(path: str) -> int | None:
    """Return the position of the line that the path is about: ours count from 0, those of vendors are positions."""
    match = LINE.fullmatch(path)
    if match is None:
        return None
    return int(match["position"]) if match["position"] else int(match["index"]) + 1


def place_of(path: str) -> str:
    """Return the field of that path as people call it: "Recipient, street", "Line 2, quantity". A path of which we know
    no label stays as it is.
    """
    match = LINE.fullmatch(path)
    try:
        if match is None:
            return label_of(path.partition("[")[0].replace("customer.", "customer_", 1))
        column = re.split(r"[.\[]", match["rest"].removeprefix("."))[0]
        return label_of(f"lines.{position_of(path)}" + (f".{column}" if column else ""))
    except FieldDoesNotExist:
        return path


def name_vendor_field(path: str) -> str:
    """Return the field that a vendor names by its path as people call it. Those of its lists stay as they are: only it
    knows how it counts.
    """
    if position_of(path) is not None:
        return path
    spelled_out = path.replace(" ", "_")
    place = place_of(spelled_out)
    return path if place == spelled_out else place


register_speller("order_field", place_of)


def of_field(path: str, text: str) -> str:
    """Return an error behind the name of its field. Both stay apart: the name is read in the reader's language, and
    what a vendor wrote can be explained.
    """
    if not path:
        return text
    field = spelled("order_field", path)
    return TranslatableText(f"{field}: {text}", "%(field)s: %(text)s", {"field": field, "text": text})


def describe_errors(errors: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the errors by field as sentences."""
    return [of_field(path, join(texts)) for path, texts in errors.items()]


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

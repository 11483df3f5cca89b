"""All kinds of work, and which of them a person sees."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from backoffice.dashboard import kinds
from backoffice.dashboard.kind import Kind


@cache
def all_kinds() -> tuple[Kind, ...]:
    """Return the kinds of every module of `backoffice.dashboard.kinds`, the most urgent first."""
    modules = [import_module(f"{kinds.__name__}.{module.name}") for module in iter_modules(kinds.__path__)]
    found = sorted((kind for module in modules for kind in module.KINDS), key=lambda kind: (kind.place, kind.name))
    if len({kind.name for kind in found}) < len(found):
        raise LookupError("Two kinds of work have one name.")
    return tuple(found)


def kinds_of(user: Any, *, of_others: bool = False) -> list[Kind]:
    """Return the kinds that are this person's work: those that they can do something about.

    Who can do nothing anywhere reads along, and sees all that they may see; so does everybody with `of_others`.
    """
    seen = [kind for kind in all_kinds() if kind.seen_by(user)]
    if of_others or not any(kind.act not in kind.see and kind.acted_on_by(user) for kind in seen):
        return seen
    return [kind for kind in seen if kind.acted_on_by(user)]


def kind_named(name: str, *, user: Any) -> Kind | None:
    """Return the kind of that name, None unless this person may see it."""
    return next((kind for kind in all_kinds() if kind.name == name and kind.seen_by(user)), None)

"""A vendor's list of what changed, a page at a time, so that reading it can be interrupted and gone on with."""

from dataclasses import dataclass
from typing import Generic, TypeVar

R = TypeVar("R")


@dataclass(frozen=True)
class ChangePage(Generic[R]):
    """Some of what changed. `position` is where to go on after it, in words that only the vendor's package reads; empty
    after the last page.
    """

    reports: tuple[R, ...]
    position: str

"""Errors of vendors that the catalogue does not know yet: one line for what they say, however often it was said.

Nothing is written when something is refused. What is kept of it anyway is read here, the newest of each source, so an
entry added to the catalogue takes its line away at once, and nothing outlives the rows that it came from.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from django.http import HttpRequest
from django.urls import reverse

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.push_errors import explain_push
from backoffice.vendors.base import Vendor
from backoffice.vendors.explaining import explain
from backoffice.vendors.registry import UnknownVendor, vendor_behind, vendor_type
from backoffice.visibility import visible

# So many rows of each source are read.
READ = 2000
LONGEST = 300
# What differs from case to case, or is somebody's: addresses, what is quoted, numbers.
_PARTICULARS = re.compile(
    r"""https?://\S+|[^\s<>"'@]{1,64}@[^\s<>"'@]{1,255}|"[^"]{1,100}"|'[^']{1,100}'|“[^”]{1,100}”|\d+"""
)


@dataclass(frozen=True)
class SeenError:
    """One error as it was kept, and the page (name and key) where it is read."""

    vendor: str
    text: str
    at: datetime
    page: tuple[str, int]
    field: str = ""


@dataclass(frozen=True)
class UnknownError:
    """All errors of a vendor that say the same. `text` is without particulars."""

    vendor: str
    text: str
    seen: list[SeenError]

    @property
    def first(self) -> datetime:
        return min(one.at for one in self.seen)

    @property
    def newest(self) -> SeenError:
        return max(self.seen, key=attrgetter("at"))

    @property
    def url(self) -> str:
        name, key = self.newest.page
        return reverse(f"admin:{name}", args=[key])

    @property
    def file(self) -> str:
        """Where an entry for it belongs."""
        try:
            module = vendor_type(vendor_behind(self.vendor), Vendor).__module__
        except UnknownVendor:
            return ""
        return module.rpartition(".")[0].replace(".", "/") + "/known_errors.py"


# Reads the newest errors of one kind of row, known or not.
ErrorSource = Callable[[], Iterable[SeenError]]
_SOURCES: list[tuple[tuple[str, ...], ErrorSource]] = []


def register_error_source(*permissions: str, read: ErrorSource) -> None:
    """Collect from there as well, for who has all permissions that it takes to see such rows."""
    _SOURCES.append((permissions, read))


def unknown_errors(request: HttpRequest) -> list[UnknownError]:
    """Return what is unknown, the most frequent first; one query for each source."""
    found: dict[tuple[str, str], list[SeenError]] = defaultdict(list)
    for permissions, read in _SOURCES:
        for seen in read() if request.user.has_perms(permissions) else ():
            if explain(seen.vendor, seen.text, field=seen.field).is_unknown:
                found[seen.vendor, without_particulars(seen.text)].append(seen)
    lines = [UnknownError(vendor, text, seen) for (vendor, text), seen in found.items()]
    return sorted(lines, key=lambda line: (-len(line.seen), line.vendor, line.text))


def without_particulars(text: str) -> str:
    """Return what a text has in common with others that say the same: no numbers, nothing quoted, nobody's address."""
    return " ".join(_PARTICULARS.sub("…", text).split())[:LONGEST]


def _of_pushes() -> Iterator[SeenError]:
    rows = visible(Push.objects.filter(state=PushState.FAILED)).defer("payload", "follow_up")
    for push in rows.order_by("-pk")[:READ]:
        shown, page = explain_push(push), ("engine_push_change", push.pk)
        for field, one in [("", shown.cause), *shown.errors]:
            yield SeenError(push.vendor, one.text, push.updated_at, page, field)


register_error_source("engine.view_push", read=_of_pushes)

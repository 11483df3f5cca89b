"""What is asked of a place for files, beside what Django asks of a storage."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from backoffice.errors import Unavailable
from backoffice.text.translatable import gettext as _

# Seconds until asking again is worth it.
RETRY_AFTER = 30
# Written again and again, to see that a store takes what it is given; no file of anybody.
PROBE = "probe"


class StoreAway(Unavailable):
    """Files can be neither kept nor read now, which is no mistake of whoever wants to.

    `cause` and `remedy` are for those who run the back office.
    """

    def __init__(self, cause: str, *, remedy: str = "") -> None:
        super().__init__(_("Files are unavailable at the moment. Try again later."), retry_after=RETRY_AFTER)
        self.cause, self.remedy = cause, remedy


@dataclass(frozen=True)
class StoredEntry:
    """One file as the place itself lists it."""

    name: str
    size: int
    modified: datetime


class FileStore(ABC):
    """A storage in which a file lies under its name whole or not at all, and replaces the one before it."""

    # Whether other machines see the same files, and the way there may be gone.
    is_remote: ClassVar[bool]

    @property
    @abstractmethod
    def spool_folder(self) -> Path:
        """Where on this machine what is on its way in needs room."""

    @abstractmethod
    def walk(self) -> Iterator[StoredEntry]:
        """Yield everything that lies there, read in pages; nothing that is still on its way in."""

    @abstractmethod
    def holds(self, name: str, *, size: int, sha256: str) -> bool:
        """Return whether exactly this content lies under the name, as far as can be seen without reading it here."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name


def name_of(content: Any, name: str) -> str:
    """Return the name under which the content is kept, once all of it has passed."""
    return content.name_for(name) if hasattr(content, "name_for") else name

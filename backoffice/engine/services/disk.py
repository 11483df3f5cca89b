"""Room for files. A full disk is no mistake of whoever sends one: it is answered as a fault of ours."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backoffice.engine.services.files import store
from backoffice.errors import Unavailable
from backoffice.text.translatable import gettext as _

# Bytes. What is left of the disk belongs to the database first.
FREE_BYTES_FLOOR = 1024 * 1024 * 1024
# Seconds until asking again is worth it: somebody has to make room.
RETRY_AFTER = 300
_FULL = {errno.ENOSPC, errno.EDQUOT}


class NoRoom(Unavailable):
    """Files cannot be kept now."""

    code = "no_room"


def has_room(size: int) -> bool:
    """Return whether a file of so many bytes may be put on the disk, or pass through it on its way to a store."""
    # On its way to a store a file may lie there twice: as it came with a form, and whole.
    needed = 2 * size if store().is_remote else FREE_BYTES_FLOOR + size
    return shutil.disk_usage(place()).free >= needed


def place() -> Path:
    """Return the folder that needs room."""
    return store().spool_folder


def require_room(size: int) -> None:
    """Raise NoRoom where a file of so many bytes might not fit: asked before what can be fetched only once."""
    if not has_room(size):
        raise _no_room()


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Write a file of at most so many bytes in here. Raises NoRoom, also when the disk fills up meanwhile."""
    require_room(size)
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise _no_room() from error
        raise


def _no_room() -> NoRoom:
    text = _(
        "There is no space for files at the moment. The operator of the back office can see this and must free up "
        "space."
    )
    return NoRoom(text, retry_after=RETRY_AFTER)

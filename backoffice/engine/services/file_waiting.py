"""What could be had only once is kept in any case: in the database, while the store is away."""

import logging

from django.db import transaction
from django.utils import timezone

from backoffice.engine.models import Heartbeat, WaitingFile
from backoffice.engine.services import files
from backoffice.engine.services.files import Kept, inspect_content
from backoffice.files.stores.base import PROBE, StoreAway

logger = logging.getLogger(__name__)
# The name under which the last answer of the store is remembered.
STORE_ANSWERED = "files"
AT_ONCE = 20


def keep_in_any_case(content: bytes, *, path: str) -> Kept:
    """Keep the content under that path, in the database where the store is away. Raises OSError."""
    try:
        return files.keep_file(content, path=path)
    except StoreAway as away:
        logger.warning("%s waits in the database: %s", path, away.cause)
        WaitingFile.objects.update_or_create(path=path, defaults={"content": content})
        kept = inspect_content(content)
        return Kept(path, kept.size, kept.sha256, kept.content_type)


def look_after_store() -> int:
    """Note that the store takes files, and give it what waits for it; return how many. Nothing on a disk of our own."""
    if not files.store().is_remote:
        return 0
    try:
        files.keep_file(b"", path=PROBE)
        Heartbeat.objects.update_or_create(name=STORE_ANSWERED, defaults={"at": timezone.now()})
        return sum(_give_away(path) for path in WaitingFile.objects.values_list("path", flat=True)[:AT_ONCE])
    except StoreAway as away:
        logger.warning("The store of files is away: %s", away.cause)
        return 0


@transaction.atomic
def _give_away(path: str) -> bool:
    waiting = WaitingFile.objects.select_for_update(skip_locked=True).filter(path=path).first()
    if waiting is None:
        return False
    files.keep_file(bytes(waiting.content), path=path)
    waiting.delete()
    return True

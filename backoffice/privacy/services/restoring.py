"""After a restore: who was erased since the backup is erased again."""

import logging
from collections.abc import Iterator
from pathlib import Path

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import ProgrammingError

from backoffice.privacy.models import HashKey, PrivacyRequest, RequestKind, RequestState
from backoffice.privacy.registry import identities
from backoffice.privacy.services import outside, requests
from backoffice.privacy.services.finding import begin_person
from backoffice.privacy.services.hashing import hash_key, hash_word
from backoffice.privacy.services.outside import Erasure

logger = logging.getLogger(__name__)
ACTOR = "system"


def erase_after_restore(backup: Path) -> None:
    """Take over the list beside the backup, and erase again, unless tables are still to be brought up to date: then
    `manage.py reconcile` does it, before anything is sent.
    """
    outside.take_over(backup)
    if not _is_behind():
        erase_again()


def erase_again() -> int:
    """Erase who is in the list outside and not in the database as erased; return how many these were."""
    found = outside.erasures_outside()
    missing = {one.request: one for one in found.erasures}
    done = PrivacyRequest.objects.filter(key__in=missing, state=RequestState.DONE)
    for known in done.values_list("key", flat=True):
        del missing[str(known)]
    if missing:
        key = outside.opened_key(found)
        _take_over_key(key)
        _erase_all(list(missing.values()), key=key)
    return len(missing)


def _erase_all(missing: list[Erasure], *, key: str) -> None:
    """Find by the hashes who is meant, in one pass over all who could be, and erase them."""
    words = {word: one.request for one in missing for word in (*one.references, *one.emails)}
    rows: dict[str, list[tuple[str, int]]] = {one.request: [] for one in missing}
    emails: dict[str, set[str]] = {one.request: set() for one in missing}
    for word, label, pk in _words():
        request = words.get(hash_word(word, key=key), "")
        if request and label:
            rows[request].append((label, pk))
        elif request:
            emails[request].add(word)
    for one in missing:
        _erase(one.request, emails[one.request], rows[one.request])


def _erase(request: str, emails: set[str], rows: list[tuple[str, int]]) -> None:
    row, _made = PrivacyRequest.objects.get_or_create(
        key=request, defaults={"kind": RequestKind.ERASURE, "created_by": ACTOR}
    )
    row.state = RequestState.RUNNING
    person = begin_person(emails=sorted(emails), rows=rows)
    row.person, row.progress, row.lease_until = person.as_json(), {"done": []}, None
    row.save()
    requests.erase_now(row, person, is_noted=True)
    logger.info("Erased again after a restore: request %s", request)


def _words() -> Iterator[tuple[str, str, int]]:
    """Yield all by which somebody could be recognised: (word, label of a model and key of a row, or an e-mail)."""
    return (found for identity in identities for found in identity())


def _take_over_key(key: str) -> None:
    """Have the database hash as the list does."""
    if hash_key() != key:
        HashKey.objects.update_or_create(pk=1, defaults={"key": key})
        hash_key.cache_clear()


def _is_behind() -> bool:
    """Return whether `manage.py migrate` has something to do yet."""
    try:
        executor = MigrationExecutor(connection)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except ProgrammingError:
        return True

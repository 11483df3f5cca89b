"""Notes that a key was used, at most once a minute: no request waits for it, and most write nothing."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from backoffice.accounts.models import ApiKeyUse
from backoffice.accounts.models.key_use import KeyRefusal

log = logging.getLogger(__name__)
EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class SeenBefore:
    """What is known already; of a key that was never used, nothing."""

    used_at: datetime | None = None
    previous_used_at: datetime | None = None
    refused_at: datetime | None = None


def note_use(prefix: str, *, seen: SeenBefore, address: str | None, is_previous: bool) -> None:
    """Keep that the key was used, and whether with its previous secret."""
    if is_previous and _is_due(seen.previous_used_at):
        _note(prefix, "previous_used_at", {})
    if _is_due(seen.used_at):
        _note(prefix, "used_at", {"used_from": address})


def note_refusal(prefix: str, *, seen: SeenBefore, address: str | None, refusal: KeyRefusal) -> None:
    """Keep that somebody who has the key was refused: it may have leaked, or a storefront was forgotten."""
    if _is_due(seen.refused_at):
        _note(prefix, "refused_at", {"refused_from": address, "refusal": refusal.value})


def _is_due(noted: datetime | None) -> bool:
    return noted is None or timezone.now() - noted >= EVERY


def _note(prefix: str, when: str, besides: dict[str, str | None]) -> None:
    """Set the time and what comes with it, unless another request did so within the minute."""
    names = [when, *besides]
    table = ApiKeyUse._meta.db_table
    sql = f"""
        INSERT INTO {table} AS noted (key_id, {", ".join(names)})
        VALUES (%s, statement_timestamp(){", %s" * len(besides)})
        ON CONFLICT (key_id) DO UPDATE SET {", ".join(f"{name} = EXCLUDED.{name}" for name in names)}
        WHERE noted.{when} IS NULL OR noted.{when} <= statement_timestamp() - make_interval(secs => %s)
    """  # noqa: S608 - names of our own table
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [prefix, *besides.values(), EVERY.total_seconds()])
    except DatabaseError:
        # What was asked for matters more, and says itself what is wrong with the database.
        log.warning("The use of the API key %s was not noted", prefix, exc_info=True)

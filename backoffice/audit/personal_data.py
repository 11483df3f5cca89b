"""What the audit trail holds of people: values before and after, and what staff searched for."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop
from backoffice.audit.models import AuditAction, AuditEntry
from backoffice.audit.services.pruning import older_than, prune_to
from backoffice.audit.services.redacting import MARK, OWN, redact, redact_rows
from backoffice.privacy.periods import RetentionSource, add_source
from backoffice.privacy.person import DataSubject
from backoffice.privacy.registry import KEEP, Holder, afterwards, register, register_without, shared_labels
from backoffice.privacy.services.spellings import Scrubber

_MOST_ROOTS = 200


def _find(person: DataSubject) -> QuerySet[Any]:
    return AuditEntry.objects.filter(person.as_root())


def _leave(person: DataSubject, rows: QuerySet[Any]) -> None:
    """Leave them until all else is done: what erases is recorded too, with what was there before."""


def _redact(person: DataSubject) -> None:
    """Have the trail forget them: whole values of their own things, and what names them anywhere else."""
    named = [(label, key) for label, keys in person.named.items() for key in keys]
    roots = [(label, key) for label, key in [*person.rows(), *named] if not label.startswith("audit.")]
    redact(person.spoken_words())
    for start in range(0, len(roots), _MOST_ROOTS):
        redact((), roots=roots[start : start + _MOST_ROOTS])
    if person.givers is not None:
        # Of what others ordered for them only their words go, but for those that both have.
        scrubber = Scrubber(person, sparing=person.givers, mark=MARK)
        entries = AuditEntry.objects.filter(person.givers.as_root()).exclude(action__in=OWN)
        redact_rows(entries.values_list("pk", flat=True), whole=set(), scrub=scrubber.scrub)


def _old(shop: Shop | None, before: datetime) -> QuerySet[Any]:
    return older_than(before)


def _forget(keys: Collection[int]) -> None:
    """Remove up to the last of these: the trail is kept without gaps."""
    prune_to(max(keys))


def _old_searches(shop: Shop | None, before: datetime) -> QuerySet[Any]:
    return AuditEntry.objects.filter(action=AuditAction.SEARCH, at__lt=before, redacted_at__isnull=True)


def _forget_searches(keys: Collection[int]) -> None:
    redact_rows(keys, whole=set(keys))


afterwards.append(_redact)
add_source("audit", RetentionSource(name="trail", due=_old, forget=_forget))
add_source("searches", RetentionSource(name="trail", due=_old_searches, forget=_forget_searches))
register(
    Holder(
        model=AuditEntry,
        holds=_("who changed and read what, with values before and after"),
        find=_find,
        erase=_leave,
        exported=lambda person, rows: rows.exclude(root_type__in=shared_labels()),
        # Forgotten by `_redact`: nothing else may write here.
        fields={"payload": KEEP},
        plain=dict.fromkeys(
            ("object_type", "object_id", "root_type", "root_id", "change", "salt", "payload_digest", "digest", "chain"),
            "a key or a digest",
        )
        | {"address": "of who did it"},
        kept="audit",
    ),
)
register_without("the audit trail before it is chained, some seconds old", "audit.RecordedChange")
register_without("the state of the audit trail itself", "audit.ChainCheck", "audit.TrailProblem")

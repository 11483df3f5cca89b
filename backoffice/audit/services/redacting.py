"""Erases what entries say of a person; that something was changed, by whom and when stays, and the chain holds."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from backoffice.audit.models import AuditAction, AuditEntry
from backoffice.audit.services.chain import append_own, close_all
from backoffice.audit.services.guard import alone_at_chain

MARK = "…"
# What the trail says of itself holds nothing of anybody.
OWN = (AuditAction.REDACT, AuditAction.PRUNE)
AT_ONCE = 500
# Shorter ones would be found in everything.
SHORTEST = 3
# (label of a model, key of a row)
Root = tuple[str, Any]
Scrub = Callable[[Any], Any]
_SAVE = """
    UPDATE audit_auditentry AS entry SET payload = new.payload, salt = '', redacted_at = %s
    FROM unnest(%s::bigint[], %s::text[]) AS new (id, payload) WHERE entry.id = new.id
"""


def redact(texts: Iterable[str], *, roots: Sequence[Root] = ()) -> int:
    """Replace the texts wherever an entry's values hold them, in any case; return how many entries changed.

    With `roots`, (label of a model, key) of orders and so on, every value of entries about these is replaced whole.
    What was recorded and not chained yet is chained first. Safe to repeat.
    """
    close_all(wait=True)
    wanted = sorted({text.strip() for text in texts if len(text.strip()) >= SHORTEST}, key=len, reverse=True)
    entries = AuditEntry.objects.exclude(action__in=OWN)
    whole = set(entries.filter(about_roots(roots)).values_list("pk", flat=True)) if roots else set()
    holding = set(entries.filter(_holding(wanted)).values_list("pk", flat=True)) if wanted else set()
    return redact_rows(holding | whole, whole=whole, scrub=lambda values: _without(values, wanted))


def redact_rows(keys: Iterable[int], *, whole: set[int], scrub: Scrub = lambda values: values) -> int:
    """Replace every value of the entries in `whole`, and of the others what `scrub` takes out of their values; return
    how many changed.
    """
    found, done = sorted(set(keys)), 0
    for start in range(0, len(found), AT_ONCE):
        done += _redact_some(found[start : start + AT_ONCE], whole, scrub)
    return done


def about_roots(roots: Iterable[Root]) -> Q:
    """Return the condition for entries about these things and what belongs to them."""
    by_label: dict[str, list[str]] = defaultdict(list)
    for label, key in roots:
        by_label[label.lower()].append(str(key))
    asked = Q(pk__in=[])
    for label, keys in by_label.items():
        asked |= Q(root_type=label, root_id__in=keys) | Q(object_type=label, object_id__in=keys)
    return asked


def _holding(texts: Sequence[str]) -> Q:
    """Return the condition for payloads that hold any of the texts. It reads all of them: erasures are rare."""
    asked = Q(pk__in=[])
    for text in texts:
        # As it stands in JSON: quotes and line breaks are escaped there, letters as PostgreSQL writes them.
        asked |= Q(payload__icontains=json.dumps(text, ensure_ascii=False)[1:-1])
    return asked


def _redact_some(keys: Sequence[int], whole: set[int], scrub: Scrub) -> int:
    with alone_at_chain(wait=True):
        changed: dict[int, str] = {}
        for entry in AuditEntry.objects.filter(pk__in=keys).exclude(action__in=OWN).order_by("pk"):
            values = _without_all(entry.values) if entry.pk in whole else scrub(entry.values)
            if values != entry.values:
                changed[entry.pk] = json.dumps(values, ensure_ascii=False)
        if not changed:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(_SAVE, [timezone.now(), list(changed), list(changed.values())])
        digests = {key: hashlib.sha256(payload.encode()).hexdigest() for key, payload in changed.items()}
        append_own(AuditAction.REDACT, payload={"entries": digests})
    return len(changed)


def _without(value: Any, texts: Sequence[str]) -> Any:
    """Return the value with the texts replaced in every text of it."""
    if isinstance(value, dict):
        return {key: _without(one, texts) for key, one in value.items()}
    if isinstance(value, list):
        return [_without(one, texts) for one in value]
    if isinstance(value, str):
        for text in texts:
            value = _replace(value, text)
    return value


def _replace(value: str, text: str) -> str:
    lowered, wanted = value.lower(), text.lower()
    if len(lowered) != len(value):  # a letter that is two when it is small
        return MARK if wanted in lowered else value
    while (at := value.lower().find(wanted)) >= 0:
        value = value[:at] + MARK + value[at + len(text) :]
    return value


def _without_all(value: Any) -> Any:
    """Return the value with every text in it replaced; keys, numbers and what is empty stay."""
    if isinstance(value, dict):
        return {key: _without_all(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_without_all(one) for one in value]
    return MARK if isinstance(value, str) and value else value

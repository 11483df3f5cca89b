"""Writes what people decide about rows that no trigger watches, where triggers write changes."""

import json
from typing import Any

from django.db.models import Model
from django.utils import timezone

from backoffice.acting import context_text
from backoffice.audit.models import AuditAction, RecordedChange
from backoffice.audit.services.coverage import parent_of
from backoffice.audit.services.guard import unguarded
from backoffice.decisions import About, recorders
from backoffice.text.translatable import serialize


def record_decision(about: About, decision: str, more: dict[str, Any]) -> None:
    """Record it in the transaction that is open."""
    row = about if isinstance(about, Model) else None
    parent = parent_of(type(row)) if row is not None else None
    values = {"decision": decision, **more} | _subject(row)
    with unguarded():
        RecordedChange.objects.create(
            at=timezone.now(),
            context=context_text(),
            action=AuditAction.DECIDE,
            table_name=about._meta.db_table,
            object_id=str(row.pk) if row is not None else "",
            parent_id=str(getattr(row, str(parent.attname))) if parent is not None else None,
            changes=json.dumps(serialize(values), ensure_ascii=False).replace("\\u0000", ""),
        )


def _subject(row: Any) -> dict[str, str]:
    """Return what a request or a mail is about."""
    kind = getattr(row, "subject_type", "")
    return {"about": f"{kind} #{row.subject_id}"} if kind else {}


recorders.append(record_decision)

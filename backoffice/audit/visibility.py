"""Whose entries of the audit trail are whose: those of a shop; what was done to all shops is seen by who sees all."""

from backoffice.audit.models import AuditEntry, ChainCheck, RecordedChange, TrailProblem
from backoffice.visibility import register, register_shared

register(AuditEntry, "shop_id")
register_shared(RecordedChange, reason="On their way into the audit trail; no page shows them.")
register_shared(ChainCheck, TrailProblem, reason="Whether the trail as a whole can be relied on.")

"""How long the audit trail is kept."""

from backoffice.engine.services.retention import bounded_elsewhere

bounded_elsewhere("audit.AuditEntry", kept="`AUDIT_DAYS` days", by="cut off at the old end of the chain, daily")
bounded_elsewhere(
    "audit.RecordedChange", kept="until it is in the chain, within a minute", by="moved by the chain's task"
)

"""What is kept of changes and readings."""

from backoffice.audit.models.check import ChainCheck, ProblemKind, TrailProblem
from backoffice.audit.models.entry import AuditAction, AuditEntry
from backoffice.audit.models.recorded import RecordedChange

__all__ = ["AuditAction", "AuditEntry", "ChainCheck", "ProblemKind", "RecordedChange", "TrailProblem"]

"""The audit trail: how long it is kept, and where its head is written."""

from backoffice.settings.base import env

__all__ = ["AUDIT_ANCHORS", "AUDIT_DAYS", "AUDIT_READS_THREAD"]

# Days that changes and readings can be looked up; 0 for ever.
AUDIT_DAYS = env.int("AUDIT_DAYS", default=730, least=0, most=36_500)
# A file to which the head of the chain is appended once an hour, best on another machine's disk; empty: only the log.
AUDIT_ANCHORS = env.str("AUDIT_ANCHORS", default="")
# Tests write what was read when they ask for it.
AUDIT_READS_THREAD = True

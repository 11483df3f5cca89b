"""How long the audit trail is kept."""

from backoffice.engine.services.retention import bounded_elsewhere, keep

bounded_elsewhere("audit.AuditEntry", kept="`AUDIT_DAYS` days", by="cut off at the old end of the chain, daily")
bounded_elsewhere(
    "audit.RecordedChange", kept="until it is in the chain, within a minute", by="moved by the chain's task"
)
keep("audit.ChainCheck", because="a fixed number of rows: one a kind of verification")
bounded_elsewhere(
    "audit.TrailProblem",
    kept="for good; none where nobody changes the database by hand",
    by="at most 100 are open at once",
)

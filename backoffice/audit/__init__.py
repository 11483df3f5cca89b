"""The audit trail: who changed what, who read whose data; written by triggers, kept in a chain of hashes."""

"""What the audit trail does."""

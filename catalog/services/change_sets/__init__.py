"""Change sets up to their approval: their values kind by kind, edited, checked, guarded, approved."""

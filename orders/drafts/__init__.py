"""Orders that people type in: drafts, and orders repeated."""

"""Backups of the whole: made, read back, restored."""

"""After a restore from a backup: what the vendors know and we do not, whose it is, and how it becomes ours."""

"""After a restore from a backup: what only the vendors know, whose it is, and how it becomes ours."""

"""The workbench of search texts."""

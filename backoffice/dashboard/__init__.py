"""Pages that show several apps at once: the home page, the sidebar, the command palette."""

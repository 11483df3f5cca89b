"""Out: an order divided among vendors, placed at each, looked for when an answer was lost."""

"""Sign Customiser, replayed from its documents."""

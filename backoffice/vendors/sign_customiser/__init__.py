"""Sign Customiser: custom neon signs."""

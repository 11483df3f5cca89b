"""Exporting orders to vendors that act upon them: whether, what, in which batches, and how it went."""

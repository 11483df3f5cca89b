"""Telling vendors of orders that they act upon: whether, of what, in which batches, and how it went."""

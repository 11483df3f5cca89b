"""Guaranteed Reviews, replayed from its documents."""

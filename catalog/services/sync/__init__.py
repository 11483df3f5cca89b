"""Bringing a vendor's catalogue in."""

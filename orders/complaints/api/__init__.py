"""Complaints over REST."""

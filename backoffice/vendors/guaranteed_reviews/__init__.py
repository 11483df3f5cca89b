"""Guaranteed Reviews: review invitations."""

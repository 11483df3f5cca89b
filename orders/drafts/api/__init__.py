"""Drafts of orders over REST."""

"""Kinds of mail, templates, the queue, and sending."""

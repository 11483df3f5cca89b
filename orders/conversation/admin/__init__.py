"""The parts that conversation adds to staff pages, and the list of mentions."""

from orders.conversation.admin import comments, mentions, replies

__all__ = ["comments", "mentions", "replies"]

"""Comments with their edits and mentions; replies to enquiries."""

from orders.conversation.models.comment import Comment, CommentEdit, Mention
from orders.conversation.models.reply import EnquiryReply

__all__ = ["Comment", "CommentEdit", "EnquiryReply", "Mention"]

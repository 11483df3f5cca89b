"""Whose comments are whose."""

from backoffice.visibility import register
from orders.conversation.models import Comment, CommentEdit, EnquiryReply, Mention

register(Comment, "order__shop")
register(CommentEdit, "comment__order__shop")
register(Mention, "comment__order__shop")
register(EnquiryReply, "enquiry__shop")

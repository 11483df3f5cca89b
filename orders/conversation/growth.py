"""Why conversations are kept."""

from backoffice.engine.services.retention import keep

keep(
    "conversation.Comment", "conversation.CommentEdit", "conversation.Mention", "conversation.EnquiryReply",
    because="as long as the order or enquiry; see privacy",
)  # fmt: skip

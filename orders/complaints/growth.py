"""Why complaints are kept."""

from backoffice.engine.services.retention import keep

keep(
    "complaints.Complaint", "complaints.ComplaintLine", "complaints.ComplaintPhoto", "complaints.Replacement",
    "complaints.Refund", because="as long as the order; see privacy",
)  # fmt: skip

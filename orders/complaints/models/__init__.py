"""Complaints about orders, and what was done about them."""

from orders.complaints.models.choices import Bearer, ClaimState, ComplaintCause, ComplaintState, Payer
from orders.complaints.models.complaint import Complaint, ComplaintLine
from orders.complaints.models.photo import ComplaintPhoto
from orders.complaints.models.remedies import Refund, Replacement

__all__ = [
    "Bearer",
    "ClaimState",
    "Complaint",
    "ComplaintCause",
    "ComplaintLine",
    "ComplaintPhoto",
    "ComplaintState",
    "Payer",
    "Refund",
    "Replacement",
]

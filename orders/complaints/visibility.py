"""Whose complaints are whose."""

from backoffice.visibility import register
from orders.complaints.models import Complaint, ComplaintLine, ComplaintPhoto, Refund, Replacement

register(Complaint, "order__shop")
for _model in (ComplaintLine, ComplaintPhoto, Refund, Replacement):
    register(_model, "complaint__order__shop")

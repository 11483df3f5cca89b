"""The staff pages of complaints."""

from orders.complaints.admin import complaints, order_parts

__all__ = [
    "complaints",
    "order_parts",
]

"""The staff pages of complaints."""

from orders.complaints.admin import complaints, customer_part, order_parts

__all__ = [
    "complaints",
    "customer_part",
    "order_parts",
]

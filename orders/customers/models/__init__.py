"""What is known of customers beside their orders."""

from orders.customers.models.customer import Customer, CustomerEmail, CustomerNote
from orders.customers.models.merge import CustomerEvent, CustomerMerge

__all__ = ["Customer", "CustomerEmail", "CustomerEvent", "CustomerMerge", "CustomerNote"]

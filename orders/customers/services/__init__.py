"""Who a customer is, what they bought, and what staff write down about them."""

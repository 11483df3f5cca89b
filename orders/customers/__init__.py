"""Customers: who placed orders, read from the orders by e-mail; kept here is only what no order says."""

"""Rules that staff edit: when something happens to an order, under which conditions, what is done."""

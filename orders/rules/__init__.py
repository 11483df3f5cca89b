"""Rules: what is done with an order by itself when something happens to it."""

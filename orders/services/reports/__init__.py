"""In: what vendors, or people in their place, report of an order, whichever door it comes through."""

"""In: what vendors, or people in their place, say of an order, whichever door it comes through."""

"""Orders for storefronts."""

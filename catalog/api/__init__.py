"""The catalogue for storefronts."""

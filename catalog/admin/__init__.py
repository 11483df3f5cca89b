"""The staff pages of the catalogue."""

from catalog.admin import products, runs, variants

__all__ = ["products", "runs", "variants"]

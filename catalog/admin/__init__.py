"""The staff pages of the catalogue."""

from catalog.admin import change_sets, products, runs, variants

__all__ = ["change_sets", "products", "runs", "variants"]

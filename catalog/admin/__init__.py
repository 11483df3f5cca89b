"""The staff pages of the catalogue."""

from catalog.admin import change_sets, custom_products, products, ratings, runs, table_imports, variants

"""The staff pages of the catalogue."""

from catalog.admin import (
    change_sets,
    custom_products,
    price_limits,
    products,
    ratings,
    refused_rows,
    runs,
    table_imports,
    variants,
)

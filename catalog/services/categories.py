"""The categories of the catalogue as a tree, made of the paths that vendors give."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import connection

from catalog.models import Category, Product

# Every category that has products, and those above it; a product in two categories of one branch counts once there.
_COUNTS = f"""
    SELECT array_to_string(parts[1:depth], '/') AS path, count(DISTINCT product.id)
    FROM {Category._meta.db_table} category
    JOIN {Product.categories.through._meta.db_table} placed ON placed.category_id = category.id
    JOIN {Product._meta.db_table} product ON product.id = placed.product_id AND product.gone_at IS NULL
        AND (%(vendors)s::text[] IS NULL OR product.vendor = ANY(%(vendors)s))
    CROSS JOIN LATERAL string_to_array(category.path, '/') AS parts
    CROSS JOIN LATERAL generate_series(1, cardinality(parts)) AS depth
    GROUP BY 1 ORDER BY 1
"""  # noqa: S608 - the names of our own tables


@dataclass
class CategoryNode:
    """A category; `products` are those in it and below it."""

    path: str
    products: int
    children: list["CategoryNode"] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


def read_tree(vendors: Sequence[str] | None = None) -> list[CategoryNode]:
    """Return the categories without one above, by name; those of all vendors, or of these, in one tree. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"vendors": None if vendors is None else list(vendors)})
        return build_tree(cursor.fetchall())


def build_tree(counts: Iterable[tuple[str, int]]) -> list[CategoryNode]:
    """Return the roots of the paths, each with the number of its products; a path comes behind those above it."""
    nodes: dict[str, CategoryNode] = {}
    roots: list[CategoryNode] = []
    for path, products in sorted(counts):
        nodes[path] = node = CategoryNode(path, products)
        parent = nodes.get(path.rpartition("/")[0]) if "/" in path else None
        (roots if parent is None else parent.children).append(node)
    return roots

"""Runs of the catalogue's sync, and what they left."""

from typing import Any

from django.db import connection

from catalog.models import SyncRun, VariantChange
from catalog.models.sync import SyncState
from catalog.services.sync.reading import SyncOptions, sync_catalog
from tests.catalog.source import Catalog


def sync(catalog: Catalog, **options: Any) -> SyncRun:
    return sync_catalog(catalog, options=SyncOptions(**options))


def synced(*products: dict[str, Any], **settings: Any) -> Catalog:
    """Sync a catalogue once."""
    catalog = Catalog(list(products), **settings)
    assert sync(catalog).state == SyncState.DONE
    return catalog


def versions() -> dict[str, list[tuple[Any, ...]]]:
    """Return PostgreSQL's own mark of when each row was written, per table: it moves with every write."""
    found = {}
    with connection.cursor() as cursor:
        for table in ("product", "producttext", "variant", "varianttext", "pricetier", "availability", "relation"):
            cursor.execute(f"SELECT id, ctid FROM catalog_{table} ORDER BY id")
            found[table] = cursor.fetchall()
    return found


def changes() -> list[tuple[str, str, Any]]:
    rows = VariantChange.objects.order_by("pk").values_list("variant__sku", "kind", "detail")
    return [tuple(row) for row in rows]

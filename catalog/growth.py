"""How long the catalogue's tables keep their rows."""

from django.db.models import Exists, OuterRef, Q

from backoffice.engine.services.retention import bounded_elsewhere, forget, keep
from catalog.models import SyncRun
from catalog.models.sync import SyncState
from catalog.models.table_import import TableImportState

_ENDED = (SyncState.DONE, SyncState.PARTIAL)


def _followed() -> Q:
    """Return which runs may go: later ones measure how much is gone by the last that ended well."""
    later = SyncRun.objects.filter(
        vendor=OuterRef("vendor"), kind=OuterRef("kind"), state__in=_ENDED, pk__gt=OuterRef("pk")
    )
    return Q(Exists(later)) & ~Q(state=SyncState.RUNNING)


forget("catalog.SyncRun", older="started_at", than="LOG_DAYS", only="the last of each kind always", where=_followed)
forget("catalog.VariantChange", older="at", than="LOG_DAYS")
forget(
    "catalog.TableImport", older="created_at", than="LOG_DAYS", only="once it was drafted, refused or discarded",
    where=lambda: Q(state__in=[TableImportState.DRAFTED, TableImportState.REFUSED, TableImportState.DISCARDED]),
)  # fmt: skip
bounded_elsewhere("catalog.SeenProduct", kept="one run of a synchronisation", by="deleted by the run")
bounded_elsewhere("catalog.SeenSku", kept="one run of a synchronisation", by="deleted by the run")
keep(
    "catalog.Category", "catalog.Product", "catalog.ProductListing", "catalog.ProductText", "catalog.Variant",
    "catalog.VariantText", "catalog.Relation", "catalog.Availability", "catalog.PriceTier", "catalog.MarketPrices",
    "catalog.CatalogRules", "catalog.CategoryRule", "catalog.Snapshot", "catalog.Rating", "catalog.RatingReading",
    "catalog.Review",
    because="as much as the vendors' catalogues hold: read anew, it is replaced",
)  # fmt: skip
keep(
    "catalog.ChangeSet", "catalog.Change", "catalog.ChangeSetEvent", "catalog.VendorJob",
    because="what was changed at a vendor, before and after: the way back to earlier prices",
)  # fmt: skip
keep("catalog.CustomProduct", "catalog.CustomPicture", because="orders name it; see privacy")

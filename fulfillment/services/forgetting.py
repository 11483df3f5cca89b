"""What names a person goes from production orders whose person is erased; what is made and how far it is stays."""

from django.db import transaction

from backoffice.engine.services.file_deletions import delete_files
from fulfillment.models import (
    Label,
    ProductionEvent,
    ProductionFile,
    ProductionItem,
    ProductionOrder,
    ProductionShipment,
)


def forget_reported(row: ProductionOrder) -> None:
    """Take out of an erased production order what a report has just brought."""
    ProductionOrder.objects.filter(pk=row.pk).update(
        recipient=None, shipper=None, export=None, parties=[], custom_properties=[], comment=""
    )
    ProductionItem.objects.filter(production_order=row).update(
        configuration=[], custom_properties=[], customs=None, designs=[]
    )
    ProductionEvent.objects.filter(production_order=row).update(params={})
    ProductionShipment.objects.filter(production_order=row).update(tracking_code="", tracking_url="")
    _drop_files(row)


@transaction.atomic
def _drop_files(row: ProductionOrder) -> None:
    """Have no copy of a file, and fetch none again."""
    labels = Label.objects.filter(production_order=row)
    files = ProductionFile.objects.filter(production_order=row)
    paths = [*labels.values_list("path", flat=True), *files.values_list("path", flat=True)]
    gone = {"path": "", "size": None, "sha256": "", "stored_at": None, "url": ""}
    labels.update(**gone, tracking_code="")
    files.update(**gone, next_at=None, problem="", needs_attention=False)
    delete_files(paths)

"""What stands in the way of making and packing: files that cannot be downloaded."""

from django.utils.translation import gettext as _

from backoffice.admin.chips import Tone
from backoffice.dashboard.needs import Need, NeedGroup, group_of, link
from fulfillment.models import ProductionFile


def files() -> NeedGroup | None:
    """Files of production orders of which the quick tries are over."""
    return group_of(
        ProductionFile.objects.filter(needs_person=True).select_related("production_order").order_by("pk"),
        title=_("Files that cannot be downloaded"),
        icon="file_download_off",
        tone=Tone.AMBER,
        url=link("fulfillment_productionorder_changelist"),
        needs=lambda rows: [
            Need(
                what=f"{row.production_order} · {row.get_kind_display()}",
                detail=row.problem,
                since=row.created_at,
                who="",
                url=link("fulfillment_productionorder_change", row.production_order_id),
                action=_("Look"),
            )
            for row in rows
        ],
    )

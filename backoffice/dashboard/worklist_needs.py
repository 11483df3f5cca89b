"""What the production desk has to send, before it is late and after."""

from django.utils.translation import gettext as _

from backoffice.admin.chips import Tone
from backoffice.dashboard.needs import Need, NeedGroup, group_of, link
from fulfillment.models import ProductionOrder
from fulfillment.services.worklist import Section, orders_of_section


def late() -> NeedGroup | None:
    """Production orders whose last shipping day is over, or which the vendor calls late."""
    return _group(Section.LATE, _("Production: late"), Tone.RED)


def due_today() -> NeedGroup | None:
    """Production orders whose last shipping day is today."""
    return _group(Section.DUE_TODAY, _("Production: due today"), Tone.AMBER)


def _group(section: Section, title: str, tone: Tone) -> NeedGroup | None:
    return group_of(
        orders_of_section(section).order_by("due_at", "pk"),
        title=title,
        icon="conveyor_belt",
        tone=tone,
        url=link("fulfillment_productionorder_changelist", query=f"?section={section}"),
        needs=lambda rows: [_need(row) for row in rows],
        permission="fulfillment.dispatch_productionorder",
    )


def _need(row: ProductionOrder) -> Need:
    return Need(
        what=row.reference or row.vendor_id,
        detail=row.merchant,
        since=row.due_at,
        who="",
        url=link("fulfillment_productionorder_change", row.pk),
        action=_("Dispatch"),
    )

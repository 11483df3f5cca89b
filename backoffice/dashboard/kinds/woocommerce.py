"""Orders of WooCommerce that could not come in, what it did not take, and shops that cannot be reached."""

from django.utils.translation import gettext_lazy

from backoffice.dashboard.kind import InboxKind, Need, each, link, page_of
from backoffice.sight import PERSONAL_DATA
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _
from orders.connectors.woocommerce.models import WooConnection, WooMessage, WooSending
from orders.connectors.woocommerce.services.health import ATTENTION


def _message(row: WooMessage) -> Need:
    return Need(
        what=f"{row.connection.shop.name} · {row}",
        detail=str(row.cause),
        since=row.received_at,
        url=link("woocommerce_woomessage_change", row.pk),
        action=_("Decide"),
    )


def _sending(row: WooSending) -> Need:
    order = row.woo_order.order
    return Need(
        what=f"{order.number if order else row.woo_order} · {row.get_kind_display()}",
        detail=str(row.cause),
        since=row.created_at,
        url=link("woocommerce_woosending_change", row.pk),
        action=_("Decide"),
    )


def _connection(row: WooConnection) -> Need:
    return Need(
        what=f"{row.shop.name} · {row}",
        detail=str(row.last_failure or row.stock_cause),
        since=row.failing_since or row.stock_at,
        url=link("woocommerce_wooconnection_change", row.pk),
    )


KINDS = [
    InboxKind(
        name="woocommerce-orders",
        title=gettext_lazy("WooCommerce orders that could not be imported"),
        icon="move_to_inbox",
        tone=Tone.RED,
        place=45,
        see=("woocommerce.view_woomessage", PERSONAL_DATA),
        act="woocommerce.decide_woomessage",
        rows=lambda: WooMessage.objects.filter(needs_attention=True).defer("body"),
        order_by=("pk",),
        since="received_at",
        related=("connection__shop",),
        needs=each(_message),
        page=page_of("woocommerce_woomessage_changelist", query="?attention=1"),
    ),
    InboxKind(
        name="woocommerce-unsent",
        title=gettext_lazy("Rejected by WooCommerce"),
        icon="outbox",
        tone=Tone.AMBER,
        place=143,
        see=("woocommerce.view_woosending", PERSONAL_DATA),
        act="woocommerce.decide_woosending",
        rows=lambda: WooSending.objects.filter(needs_attention=True),
        order_by=("pk",),
        since="created_at",
        related=("woo_order__order",),
        needs=each(_sending),
        page=page_of("woocommerce_woosending_changelist", query="?attention=1"),
    ),
    InboxKind(
        name="woocommerce-connections",
        title=gettext_lazy("WooCommerce shops that cannot be reached"),
        icon="storefront",
        tone=Tone.RED,
        place=236,
        see=("woocommerce.view_wooconnection",),
        act="woocommerce.change_wooconnection",
        rows=lambda: WooConnection.objects.filter(ATTENTION).defer("credentials", "secret"),
        order_by=("pk",),
        since="failing_since",
        related=("shop",),
        needs=each(_connection),
        page=page_of("woocommerce_wooconnection_changelist", query="?attention=1"),
    ),
]

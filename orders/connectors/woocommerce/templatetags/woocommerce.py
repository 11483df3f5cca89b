"""Tags for pages that do not know WooCommerce."""

from django import template

from backoffice.visibility import visible
from orders.connectors.woocommerce.models import WooConnection

register = template.Library()
_SHOWN = 20


@register.simple_tag
def woocommerce_connections() -> list[WooConnection]:
    """Return the connected shops that the reader sees, those that have failed for longest first. One query."""
    rows = visible(WooConnection.objects.select_related("shop").defer("credentials", "secret"))
    return list(rows.order_by("failing_since", "shop__name")[:_SHOWN])

"""What a storefront can be told of. The names are promised: they may be added to, not changed."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Only asked for, and delivered whatever an endpoint has chosen.
TEST = "webhook.test"

TOPICS: Mapping[str, Promise] = {
    "order.received": _("Order received"),
    "order.held": _("Order held"),
    "order.released": _("Order released"),
    "order.corrected": _("Order edited"),
    "order.split": _("Order split from another one"),
    "order.merged": _("Order merged into another one"),
    "order.in_production": _("Order in production"),
    "order.shipped": _("Parcel of an order shipped"),
    "order.delivered": _("Order delivered"),
    "order.late": _("Order late"),
    "order.cancelled": _("Order cancelled"),
    "order.refused": _("Order rejected by a vendor"),
    "product.changed": _("Product changed"),
    "price.changed": _("Price changed"),
    "stock.changed": _("Stock changed"),
    "custom_product.changed": _("Custom product created or changed"),
    "design.changed": _("Design changed"),
    "enquiry.received": _("Enquiry received"),
}
# What events are about.
OBJECT_TYPES = ("order", "variant", "custom_product", "design", "enquiry", "webhook_endpoint")


def topic_label(topic: str) -> str:
    """Return what a topic is called; one that this release does not know stands for itself."""
    return str(_("Test")) if topic == TEST else str(TOPICS.get(topic, topic))

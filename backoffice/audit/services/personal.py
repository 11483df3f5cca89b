"""Which addresses show personal data: by the beginnings of their names, so that a new page of an order is one at once.

`tests/audit/test_reads.py` asks of each page of the site whether it is here or among those that show none.
"""

from collections.abc import Mapping
from functools import cache

from django.http import HttpRequest

from backoffice.audit.models import AuditAction

# Beginning of a page's name -> whose data it shows. The longest beginning counts.
PAGES: Mapping[str, str] = {
    "orders_order_": "orders.order",
    "orders_enquiry_": "orders.enquiry",
    "orders_strayorder_": "orders.strayorder",
    "customers_customer_": "customers.customer",
    "drafts_draftorder_": "drafts.draftorder",
    "importing_": "importing.orderimport",
    "complaints_complaint_": "complaints.complaint",
    "conversation_mention_": "conversation.mention",
    "marketing_mailcampaign_": "marketing.mailcampaign",
    "marketing_orderexport_": "marketing.orderexport",
    "marketing_exportbatch_": "marketing.exportbatch",
    "marketing_optout_": "marketing.optout",
    "fulfillment_productionorder_": "fulfillment.productionorder",
    "mail_mail_": "mail.mail",
    "engine_push_": "engine.push",
    "engine_callback_": "engine.callback",
    "rules_rulecall_": "rules.rulecall",
    "webhooks_webhookdelivery_": "webhooks.webhookdelivery",
    "woocommerce_woomessage_": "woocommerce.woomessage",
    "woocommerce_woosending_": "woocommerce.woosending",
    "jobs_job_": "jobs.job",
    "auth_user_": "auth.user",
    "audit_auditentry_": "audit.auditentry",
    "privacy_": "privacy",
    "search": "orders.order",
    "api-order": "orders.order",
    "api-draft-order": "drafts.draftorder",
    "api-design": "orders.design",
    "api-event": "webhooks.shopevent",
    "api-customer": "customers.customer",
}
# Pages among them that show nothing of anybody.
WITHOUT = {
    "orders_order_word", "orders_order_edit_products", "drafts_draftorder_products", "drafts_draftorder_line",
    "importing_orderimport_template", "fulfillment_productionorder_throughput", "api-order-validation",
}  # fmt: skip
# Ends of names of what is a file of somebody.
_FILES = (
    "_slip", "_file", "_label", "_document", "_papers_pdf", "_papers_fetch", "_picture", "_photo", "_proof",
    "_export", "_wrong", "_body", "_copy_label", "_fetch_label",
)  # fmt: skip
# Addresses below /files/, /slips/ and /labels/, which are signed for vendors and printers.
_SIGNED = ("files/", "slips/", "labels/")
_ORDER_KEYS = ("order_pk", "pk", "object_id", "public_id", "number", "reference", "event_id")


def shown_data(name: str, route: str) -> tuple[str, str] | None:
    """Return (action, label) of an address by its name and route; None where it shows nothing personal."""
    if route.startswith(_SIGNED):
        return AuditAction.DOWNLOAD, "orders.order"
    label = _label(name)
    if label is None:
        return None
    return (AuditAction.DOWNLOAD if name.endswith(_FILES) else AuditAction.READ), label


@cache
def _label(name: str) -> str | None:
    if name in WITHOUT:
        return None
    found = [beginning for beginning in PAGES if name.startswith(beginning)]
    return PAGES[max(found, key=len)] if found else None


def key_of(request: HttpRequest) -> str:
    """Return the key in the address, as it stands there; empty for a list."""
    match = request.resolver_match
    kwargs = match.kwargs if match else {}
    return next((str(kwargs[name])[:200] for name in _ORDER_KEYS if name in kwargs), "")

"""Every address of the staff pages and of the REST interface, with rows of every state in the places of keys.

They are walked in the URL resolver: a new page is found by itself. What an address needs beside the key of its model is
said here, and a test fails for a page that no address reaches.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from backoffice.dashboard.inbox.registry import all_kinds
from backoffice.engine.models import Push, PushAttempt, WebhookSubscription
from backoffice.handbook.book import book_in
from backoffice.handbook.parts import SCREENS
from backoffice.jobs.models import Job
from backoffice.mail.services.kinds import Audience, kinds_for
from backoffice.privacy.models import VendorErasure
from backoffice.staff.models import SavedView
from backoffice.vendors.registry import vendor_names
from backoffice.webhooks.models import ShopEvent, WebhookDelivery
from catalog.models import CustomPicture, CustomProduct, Snapshot, Variant
from fulfillment.models import Label, ProductionFile, ProductionOrder, ProductionShipment
from orders.complaints.models import Complaint, ComplaintPhoto, Refund
from orders.connectors.woocommerce.models import WooConnection
from orders.conversation.models import Comment
from orders.customers.models import CustomerMerge, CustomerNote
from orders.drafts.models import DraftOrder
from orders.models import Address, Design, Hold, Order, OrderAlarm, OrderLine, PartUpload, VendorOrder
from orders.rules.models import Notice, RuleJob

Arguments = dict[str, Any]
# What tells two rows of a model apart on their pages; elsewhere it is the state.
FACETS: Mapping[type[Model], tuple[str, ...]] = {
    Order: ("state", "production", "shipment"),
    Hold: ("reason",),
    Push: ("state", "needs_attention"),
    Complaint: ("cause", "state"),
    ProductionOrder: ("state", "dispatch"),
}
# Pages whose key is another model's than their name says.
OF_OTHERS: Mapping[str, type[Model]] = {
    "catalog_changeset_text": Snapshot,
    "catalog_changeset_text_save": Snapshot,
    "customers_customer_remove_note": CustomerNote,
    "customers_customer_undo_merge": CustomerMerge,
    "fulfillment_productionorder_copy_label": Label,
    "fulfillment_productionorder_fetch_label": Label,
    "fulfillment_productionorder_try_file": ProductionFile,
    "fulfillment_productionorder_withdraw_parcel": ProductionShipment,
    "privacy_privacyrequest_vendor_done": VendorErasure,
    "rules_rule_stop": RuleJob,
}
# Second key of an address -> its model, and the field that names the first.
WITHIN: Mapping[str, tuple[type[Model], str]] = {
    "hold_pk": (Hold, "order_id"),
    "alarm_pk": (OrderAlarm, "order_id"),
    "line_pk": (OrderLine, "order_id"),
    "part_pk": (VendorOrder, "order_id"),
    "comment_pk": (Comment, "order_id"),
    "refund_pk": (Refund, "complaint_id"),
}
# The queries with which a page shows something else. `{email}`, `{order}` and so on are put in.
NOTHING = "?q=nobodyhasthis"
QUERIES: Mapping[str, tuple[str, ...]] = {
    "customers_customer_page": ("?email={email}",),
    "customers_customer_changelist": ("", "?q=kunde", NOTHING),
    "orders_order_changelist": ("", "?state=held", "?view=needs", "?sort=-total", NOTHING, "?tag=vip&late=any"),
    "fulfillment_productionorder_papers": ("?order={production}",),
    "drafts_draftorder_new": ("", "?again={order}"),
    "engine_push_changelist": ("", "?state=unknown", NOTHING),
    "catalog_product_changelist": ("", NOTHING),
    "jobs_job_found": ("?list=orders.order",),
    "orders_enquiry_changelist": ("", "?state=all"),
    "orders_strayorder_changelist": ("", "?state=all"),
    "catalog_tableimport_export": ("?kind=sales_prices",),
    "importing_orderimport_template": ("?format=csv", "?format=xlsx"),
    "importing_importedorder_changelist": ("", "?outcome=wrong", NOTHING),
    "drafts_draftorder_products": ("?q=H&shop={shop}",),
    "drafts_draftorder_line": ("?sku={sku}&shop={shop}",),
    "drafts_draftorder_customers": ("?q=kunde",),
    "woocommerce_wooproduct_export": ("?connection={woocommerce}&format=csv",),
    "privacy_privacyrequest_changelist": ("", "?q=kunde", "?show=vendors", NOTHING),
    "privacy_privacyrequest_person": ("?email={email}",),
    "privacy_privacyrequest_erase": ("?email={email}",),
    "rules_rule_values": ("?field=tag",),
    "handbook": ("", "?q=order", NOTHING),
    "search": ("?s=WEB&extended=1",),
}


@dataclass(frozen=True)
class PageAddress:
    """One address; `name` is its pattern's."""

    name: str
    address: str


def staff_addresses() -> Iterator[PageAddress]:
    """Yield all of them, for each pattern one for every state of its row."""
    fillers = _fillers()
    for name, pattern in staff_patterns().items():
        for arguments in arguments_of(name, pattern):
            address = reverse(f"admin:{name}", kwargs=arguments)
            for query in _queries_of(name):
                yield PageAddress(name, address + query.format_map(fillers))


def staff_patterns() -> dict[str, URLPattern]:
    """Return the patterns of the staff pages by name."""
    patterns = [pattern for pattern in _walk(get_resolver()) if _ROUTES[id(pattern)].startswith("admin/")]
    return {pattern.name: pattern for pattern in patterns if pattern.name}


def arguments_of(name: str, pattern: URLPattern) -> Iterator[Arguments]:
    """Yield what fills the pattern, once for every state of the row that it is about."""
    wanted = _parameters(pattern)
    if name in _SPECIAL:
        yield from _SPECIAL[name]()
    elif not wanted:
        yield {}
    elif inner := next((key for key in wanted if key in WITHIN), ""):
        model, field = WITHIN[inner]
        for row in rows_of(model):
            others = {"index": 0, "vendor": "autoletter", "role": "recipient"}
            yield {"pk": getattr(row, field), inner: row.pk} | {key: others[key] for key in wanted & set(others)}
    elif wanted <= {"vendor"}:
        yield from ({"vendor": vendor} for vendor in vendor_names())
    else:
        yield from _of_model(name, wanted)


def _of_model(name: str, wanted: set[str]) -> Iterator[Arguments]:
    model = OF_OTHERS.get(name) or model_of(name)
    (key,) = wanted & {"pk", "object_id", "order_pk", "id"}
    beside = {one: _BESIDE[one] for one in wanted - {key}}
    for row in rows_of(Order if key == "order_pk" else model):
        yield {key: row.pk} | beside


@cache
def model_of(name: str) -> type[Model]:
    """Return the model whose pages begin with such a name."""
    names = {f"{model._meta.label_lower.replace('.', '_')}_": model for model in admin.site._registry}
    return max(
        ((prefix, model) for prefix, model in names.items() if name.startswith(prefix)), key=lambda one: len(one[0])
    )[1]


def rows_of(model: type[Model]) -> list[Any]:
    """Return one row for every state that there is, the newest of each."""
    rows = model._default_manager.all()
    facets = FACETS.get(model) or (("state",) if any(one.name == "state" for one in model._meta.fields) else ())
    if not model._meta.managed or model._meta.proxy or not facets:
        return list(rows.order_by("-pk")[:2])
    found = list(rows.order_by(*facets, "-pk").distinct(*facets))
    return found + _held(found) if model is Order else found


def _held(beside: list[Any]) -> list[Any]:
    """Return an order for every reason to wait."""
    holds = Hold.objects.filter(released_at=None).order_by("reason", "-pk").distinct("reason")
    return [hold.order for hold in holds.select_related("order") if hold.order not in beside]


def rest_addresses() -> Iterator[PageAddress]:
    """Yield the addresses that shops read."""
    for pattern in _walk(get_resolver()):
        if _ROUTES[id(pattern)].startswith("api/v1/"):
            for arguments in _rest_arguments(str(pattern.name), _parameters(pattern)):
                query = "?quantity=10" if pattern.name == "api-quote" else ""
                yield PageAddress(str(pattern.name), reverse(str(pattern.name), kwargs=arguments) + query)


def _rest_arguments(name: str, wanted: set[str]) -> list[Arguments]:
    if not wanted:
        return [{}]
    if "webhook" in name:
        row = WebhookDelivery.objects.filter(endpoint__shop__code="WEB", endpoint__removed_at=None).latest("pk")
        return [{"pk": row.endpoint_id} | ({"delivery": row.pk} if "delivery" in wanted else {})]
    if name.startswith("api-upload"):
        upload = PartUpload.objects.filter(shop__code="WEB").latest("pk")
        return [{"public_id": upload.public_id} | ({"number": 1} if "number" in wanted else {})]
    if name.startswith("api-draft"):
        drafts = DraftOrder.objects.filter(shop__code="WEB", api_key__isnull=False, is_test=False)
        return [{"pk": drafts.latest("pk").pk}]
    variants = Variant.objects.filter(gone_at=None, active=True)
    orders = Order.objects.filter(shop__code="WEB", is_test=False).order_by("-pk")[:2]
    own = {
        "pk": [order.pk for order in orders],
        "number": [order.number for order in orders],
        "reference": [order.reference for order in orders],
        "public_id": [design.public_id for design in Design.objects.filter(shop__code="WEB")[:1]],
        "external_id": [product.external_id for product in CustomProduct.objects.filter(shop__code="WEB")[:1]],
        "event_id": [ShopEvent.objects.filter(shop__code="WEB").latest("pk").public_id],
        "sku": [variant.sku for variant in variants[:2]],
    }
    (key,) = wanted
    return [{key: value} for value in own[key]]


def _parameters(pattern: URLPattern) -> set[str]:
    return set(re.findall(r"<(?:\w+:)?(\w+)>", _ROUTES[id(pattern)]))


def _queries_of(name: str) -> tuple[str, ...]:
    if name == "index":
        kinds = (f"?kind={kind.name}" for kind in all_kinds())
        return ("", "?show=mine", "?show=snoozed", *kinds)
    return QUERIES.get(name, ("",))


def _fillers() -> dict[str, Any]:
    production = ProductionOrder.objects.filter(state="in_production").latest("pk")
    order = Order.objects.latest("pk")
    variant = Variant.objects.filter(gone_at=None, active=True).latest("pk")
    return {
        "email": order.customer_email,
        "order": order.pk,
        "production": production.pk,
        "shop": order.shop_id,
        "sku": variant.sku,
        "woocommerce": WooConnection.objects.latest("pk").pk,
    }


def _attempts() -> Iterator[Arguments]:
    last = PushAttempt.objects.latest("pk")
    earlier = PushAttempt.objects.filter(push=last.push_id).earliest("pk")
    yield {"pk": last.push_id, "earlier": earlier.pk, "later": last.pk}


def _exchanges(subject_type: str) -> Iterator[Arguments]:
    for push in Push.objects.filter(subject_type=subject_type).order_by("state", "-pk").distinct("state"):
        yield {"pk": VendorOrder.objects.get(pk=push.subject_id).order_id, "push_pk": push.pk}


def _templates() -> Iterator[Arguments]:
    for kind in kinds_for(Audience.CUSTOMER):
        yield {"code": "LONG", "kind": kind.name, "language": "de"}


def _staff_templates() -> Iterator[Arguments]:
    for kind in kinds_for(Audience.STAFF):
        yield {"kind": kind.name, "language": "de"}


def _inbox_rows() -> Iterator[Arguments]:
    yield {"kind": "to-release", "key": Order.objects.filter(state="new").latest("pk").pk}


def _pictures() -> list[Arguments]:
    return [{"pk": one.product_id, "position": one.position} for one in CustomPicture.objects.all()[:2]]


def _photos() -> list[Arguments]:
    return [{"pk": one.complaint_id, "photo_pk": one.pk} for one in ComplaintPhoto.objects.all()[:1]]


_SPECIAL: Mapping[str, Callable[[], Iterable[Arguments]]] = {
    "engine_push_compare": _attempts,
    "orders_order_exchange": lambda: _exchanges("orders.vendororder"),
    "fulfillment_productionorder_exchange": list,
    "engine_integration_end_webhook": lambda: [
        {"vendor": one.vendor, "pk": one.pk} for one in WebhookSubscription.objects.all()[:1]
    ],
    "jobs_job_of_change": lambda: [{"change": Job.objects.latest("pk").change}],
    "catalog_catalogrules_shop": lambda: [{"code": "LONG"}],
    "mail_shopmail_shop": lambda: [{"code": "LONG"}],
    "mail_shopmail_template": _templates,
    "mail_shopmail_preview": _templates,
    "mail_shopmail_reset": _templates,
    "mail_mailtemplate_template": _staff_templates,
    "mail_mailtemplate_preview": _staff_templates,
    "mail_mailtemplate_reset": _staff_templates,
    "inbox_snooze": _inbox_rows,
    "inbox_wake": _inbox_rows,
    "inbox_assign": _inbox_rows,
    "inbox_dismiss": lambda: [{"kind": "notices", "key": Notice.objects.filter(done_at=None).latest("pk").pk}],
    "staff_view_save": lambda: [{"key": "orders"}],
    "staff_view_delete": lambda: [{"key": "orders", "pk": SavedView.objects.filter(list_key="orders").latest("pk").pk}],
    "staff_list_settings": lambda: [{"key": "orders"}],
    "app_list": lambda: [{"app_label": label} for label in ("orders", "catalog", "fulfillment", "backoffice")],
    "view_on_site": list,
    "autocomplete": list,
    "orders_order_address": lambda: [
        {"pk": one.order_id, "role": one.role} for one in Address.objects.order_by("-pk")[:2]
    ],
    "catalog_customproduct_picture": _pictures,
    "catalog_customproduct_fetch": _pictures,
    "complaints_complaint_photo": _photos,
    "complaints_complaint_thumbnail": _photos,
    "handbook_page": lambda: [{"name": name} for name in book_in("en")],
    "handbook_picture": lambda: [{"language": one.parent.name, "name": one.stem} for one in SCREENS.glob("*/*.png")],
    "fulfillment_productionorder_document": lambda: [
        {"kind": "file", "pk": ProductionFile.objects.latest("pk").pk},
        {"kind": "label", "pk": Label.objects.latest("pk").pk},
    ],
}
_BESIDE: Arguments = {"vendor": "autoletter", "role": "recipient", "index": 0}


# Routes of the patterns as they stand in the resolver, by identity: a pattern knows only its own end.
_ROUTES: dict[int, str] = {}


def _walk(*patterns: Any, prefix: str = "") -> Iterator[URLPattern]:
    for one in patterns:
        for pattern in one.url_patterns if isinstance(one, URLResolver) else one:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from _walk(pattern, prefix=route)
            else:
                _ROUTES[id(pattern)] = route
                yield pattern

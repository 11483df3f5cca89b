"""Which tables are watched, and how. A table that nobody has thought of is watched whole; one that is left out has its
reason here (`tests/audit/test_coverage.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db.models import ForeignKey, Model

from backoffice.model_fields import SealedJSONField

_VENDOR_SAID = "written only by machinery from what a vendor said, and kept as it came"
_WORK = "work of machinery: what it changes is recorded where it changes it"
_TRANSPORT = "a copy on its way, told by the thing that it is about"
_DECIDED = "work of machinery; what people decide about it is recorded as a decision (`backoffice/decisions.py`)"
_OWN = "how one person likes to see a page"
LEFT_OUT = {
    "engine.callback": _DECIDED,
    "engine.callbackkey": _VENDOR_SAID,
    "engine.drift": _VENDOR_SAID,
    "engine.epoch": _WORK,
    "engine.filedeletion": _WORK,
    "engine.heartbeat": _WORK,
    "engine.lease": _WORK,
    "engine.pullcursor": _WORK,
    "engine.push": _DECIDED,
    "engine.pushattempt": "kept as it was sent and answered",
    "engine.ratelimit": _WORK,
    "engine.statusday": _WORK,
    "engine.vendortoken": _WORK,
    "engine.waitingfile": _WORK,
    "accounts.apikeyuse": "counts uses; what a key changes and reads is recorded under its name",
    "accounts.idempotencykey": "answers to storefronts, kept for repeats",
    "jobs.jobrow": "the effect on each thing is recorded there, with the job's id",
    "mail.mail": _DECIDED,
    "webhooks.recordedevent": _TRANSPORT,
    "webhooks.shopevent": _TRANSPORT,
    "webhooks.webhookdelivery": _TRANSPORT,
    "webhooks.deliveryattempt": _TRANSPORT,
    "catalog.availability": _VENDOR_SAID,
    "catalog.productlisting": _VENDOR_SAID,
    "catalog.rating": _VENDOR_SAID,
    "catalog.review": _VENDOR_SAID,
    "catalog.ratingreading": _WORK,
    "catalog.seenproduct": _WORK,
    "catalog.seensku": _WORK,
    "catalog.snapshot": _VENDOR_SAID,
    "catalog.syncrun": _WORK,
    "catalog.variantchange": "itself a record of changes",
    "catalog.vendorjob": _WORK,
    "orders.partupload": _TRANSPORT,
    "orders.uploadedpart": _TRANSPORT,
    "orders.searchword": "an index of words",
    "importing.importedorder": "a row of a file; what becomes of it is an order",
    "rules.rulecall": _DECIDED,
    "rules.rulecallattempt": _TRANSPORT,
    "rules.rulerun": "itself a record of what a rule did",
    "rules.rulejob": _DECIDED,
    "conversation.mention": _TRANSPORT,
    "marketing.cardconversion": _WORK,
    "marketing.exportbatch": _TRANSPORT,
    "marketing.orderexport": _DECIDED,
    "woocommerce.woomessage": _DECIDED,
    "woocommerce.woosending": _DECIDED,
    "woocommerce.wooorder": _TRANSPORT,
    "dashboard.dailycount": _WORK,
    "privacy.retentionmark": _WORK,
    "privacy.erasedword": "hashes of who was erased, added by an erasure",
    "dashboard.snooze": _OWN,
    "staff.listsetting": _OWN,
    "staff.policyreport": "what browsers report",
    "admin.logentry": "itself a record of changes",
    "auth.permission": "filled by migrate",
    "contenttypes.contenttype": "filled by migrate",
    "sessions.session": "contents of a browser's session; who came in is a sign-in, and what ended a UserSession",
    "account.emailconfirmation": _TRANSPORT,
    "axes.accessattempt": "counts wrong passwords; refusals are sign-ins",
    "axes.accessattemptexpiration": "counts wrong passwords; refusals are sign-ins",
    "axes.accessfailurelog": "refusals are sign-ins",
    "axes.accesslog": "sign-ins are kept as SignInEvent",
    "audit.recordedchange": "the audit trail itself",
    "audit.auditentry": "the audit trail itself",
    "audit.chaincheck": "how far the trail itself is verified",
    "audit.trailproblem": "what is wrong with the trail itself; who accepts it is recorded as a decision",
}
# Left out, and with changes all the same: what people decided about them.
DECIDED = frozenset(label for label, reason in LEFT_OUT.items() if reason == _DECIDED)
# Whose new rows are not recorded: lines of logs, which tell themselves, and what only vendors' reports add. Whoever
# changes or removes one is.
NO_INSERTS = {
    "signin.signinevent", "catalog.changesetevent", "catalog.change", "orders.orderevent", "customers.customerevent",
    "conversation.commentedit", "marketing.campaignevent", "marketing.cardrecipient", "fulfillment.productionevent",
    "fulfillment.productionorder", "fulfillment.productionitem", "fulfillment.productionfile", "fulfillment.label",
    "fulfillment.labelresponse", "fulfillment.productionshipment", "fulfillment.productionshipmentline",
    "fulfillment.shipment", "fulfillment.shipmentline", "woocommerce.wooproduct",
}  # fmt: skip
# Whose rows are told by something else while that is at work (`acting.told_by`): new ones by the timeline of an order
# that comes in, all changes by the run of a synchronisation.
INTAKE = {
    "orders.order", "orders.address", "orders.orderline", "orders.orderdocument", "orders.hold", "orders.vendororder",
    "orders.vendororderline",
}  # fmt: skip
CATALOGUE = {
    "catalog.category", "catalog.product", "catalog.product_categories", "catalog.producttext", "catalog.variant",
    "catalog.varianttext", "catalog.relation", "catalog.pricetier", "catalog.marketprices",
}  # fmt: skip
# Columns whose change is work of machinery. Those of `EVERYWHERE` in any table; a `token` tells a form sent twice.
EVERYWHERE = (
    "search", "fingerprint", "revised_at", "updated_at", "lease_until", "last_used_at", "last_used_from",
    "last_seen_at", "last_login", "content_hash", "source_hash", "token",
)  # fmt: skip
IGNORED: dict[str, tuple[str, ...]] = {
    "engine.integration": (
        "last_success_at", "last_failure_at", "last_failure", "failures", "open_until", "open_seconds",
        "auth_failed_at",
    ),
    "accounts.shop": (),
    "jobs.job": ("counts", "faults", "total", "started_at", "finished_at", "path", "size", "sha256", "stored_at"),
    "webhooks.webhookendpoint": (
        "failures", "failing_since", "retry_at", "last_success_at", "last_failure_at", "last_failure", "average_ms",
        "served_at", "needs_attention",
    ),
    "catalog.changeset": ("counts", "snapshot_at"),
    "catalog.change": (
        "state", "before", "after", "guards", "removals", "note", "read_back", "job_id", "variant_id", "sku_fulfiller",
    ),
    "catalog.tableimport": ("content", "waiting_since", "reading_since", "seen", "counts", "problems", "requests"),
    "orders.orderevent": ("awaiting_rules",),
    "orders.vendororder": (
        "reported_at", "reported_history_id", "reported_rank", "read_at", "unreadable_since", "document_states",
    ),
    "orders.vendororderline": ("file_states", "checked_files"),
    "orders.design": ("read_at", "opened_at"),
    # Saved after each pause while somebody types; what comes of it is an order.
    "drafts.draftorder": ("content", "version", "editor", "line_count", "updated_by", "customer", "email"),
    "importing.orderimport": ("content", "attempts", "waiting_since", "formats", "sheets"),
    "privacy.privacyrequest": ("counts", "progress", "faults", "path", "size", "sha256", "stored_at"),
    "rules.rule": ("next_slot_at",),
    "marketing.mailcampaign": (
        "poll_at", "poll_seconds", "followed_at", "orders_seen", "scans", "last_scan", "settles_until", "mailed_at",
    ),
    "marketing.cardrecipient": ("scans", "last_scan", "delivery", "raw_delivery"),
    "fulfillment.productionorder": (
        "reported_at", "reported_history_id", "reported_rank", "read_at", "unreadable_since",
    ),
    "fulfillment.productionfile": ("next_at", "attempts", "problem"),
    "woocommerce.wooconnection": (
        "pull_after", "pull_offset", "pulled_at", "webhook_at", "webhooks_at", "products_page", "products_read_at",
        "failures", "failing_since", "last_failure", "retry_at", "needs_attention", "stock_at", "stock_next_at",
        "stock_failures", "stock_cause",
    ),
    "woocommerce.wooproduct": (
        "woo_sku", "name", "sent_stock", "stock_is_sent", "stock_sent_at", "stock_cause", "stock_retry_at",
    ),
    "socialaccount.socialaccount": ("extra_data",),
    "usersessions.usersession": ("ip", "user_agent", "data"),
}  # fmt: skip
# Secrets in plain columns: only that they changed is recorded. Sealed columns are found by their type.
SECRET: dict[str, tuple[str, ...]] = {
    "accounts.apikey": ("hashed_key",),
    "rest_framework_api_key.apikey": ("hashed_key",),
    "auth.user": ("password",),
    "mfa.authenticator": ("data",),
    "socialaccount.socialapp": ("secret", "key", "settings"),
    "socialaccount.socialtoken": ("token", "token_secret"),
    "usersessions.usersession": ("session_key",),
    "woocommerce.wooconnection": ("key",),
    "orders.customereditor": ("user_hash",),
}
# What a row belongs to that cannot be without one of these.
ROOTS = (
    "orders.order", "catalog.changeset", "catalog.product", "catalog.customproduct", "auth.user", "auth.group",
    "rules.rule", "complaints.complaint", "marketing.mailcampaign", "fulfillment.productionorder",
    "webhooks.webhookendpoint", "customers.customer", "woocommerce.wooconnection", "orders.vendororder",
    "catalog.variant", "accounts.shop",
)  # fmt: skip
# Apps whose rows are settings of a shop; of others a shop is no whole that they are parts of.
_OF_SHOPS = ("accounts", "mail", "vendor_accounts")


@dataclass(frozen=True)
class Watched:
    """How one table is watched."""

    label: str
    table: str
    key: str
    parent: str
    parent_label: str
    secret: tuple[str, ...]
    ignored: tuple[str, ...]
    inserts: bool
    # While this tells of it (`acting.told_by`), new rows are not recorded; with `told_all` no change is.
    told: str
    told_all: bool


def watched_tables() -> Iterator[Watched]:
    """Yield all that are watched."""
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label_lower
        if model._meta.managed and not model._meta.proxy and label not in LEFT_OUT:
            yield _watch(model, label)


def labels_by_table() -> dict[str, tuple[str, str]]:
    """Return by table the model's label and that of what its rows belong to, of what is left out too."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            parent = parent_of(model)
            label = parent.related_model._meta.label_lower if parent else ""
            found[model._meta.db_table] = (model._meta.label_lower, label)
    return found


def unwatched_tables() -> set[str]:
    """Return the tables that are left out."""
    models = apps.get_models(include_auto_created=True)
    return {model._meta.db_table for model in models if model._meta.label_lower in LEFT_OUT}


def _watch(model: type[Model], label: str) -> Watched:
    fields = model._meta.concrete_fields
    parent = parent_of(model)
    sealed = tuple(str(field.column) for field in fields if isinstance(field, SealedJSONField))
    secret = sealed + SECRET.get(label, ())
    everywhere = tuple(str(one.column) for one in fields if one.column in EVERYWHERE and one.column not in secret)
    return Watched(
        label=label,
        table=model._meta.db_table,
        key=str(model._meta.pk.column),
        parent=str(parent.column) if parent else "",
        parent_label=parent.related_model._meta.label_lower if parent else "",
        secret=secret,
        ignored=everywhere + IGNORED.get(label, ()),
        inserts=label not in NO_INSERTS,
        told="intake" if label in INTAKE else "catalogue" if label in CATALOGUE else "",
        told_all=label in CATALOGUE,
    )


def parent_of(model: type[Model]) -> "ForeignKey[Model, Model] | None":
    """Return the key of what its rows belong to: the first of ROOTS that takes them along when it goes."""
    found = {
        field.related_model._meta.label_lower: field
        for field in reversed(model._meta.concrete_fields)
        if isinstance(field, ForeignKey) and not field.null and field.related_model is not model
    }
    if model._meta.app_label not in _OF_SHOPS:
        found.pop("accounts.shop", None)
    return next((found[label] for label in ROOTS if label in found), None)

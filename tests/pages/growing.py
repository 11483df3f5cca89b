"""Ten times as much of what a single row has: lines, events, attempts, photos … of those that were asked for before."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django.db.models import Model

from backoffice.engine.models import Push, PushAttempt
from backoffice.jobs.models import Job, JobRow
from catalog.models import Change, ChangeSet, Product, Rating, Review, Variant
from fulfillment.models import ProductionEvent, ProductionFile, ProductionItem, ProductionOrder
from orders.complaints.models import Complaint, Refund
from orders.conversation.models import Comment, EnquiryReply
from orders.customers.models import Customer, CustomerNote
from orders.marketing.models import CardRecipient, MailCampaign
from orders.models import Enquiry, Order, OrderEvent, OrderLine, PartUpload, UploadedPart
from orders.rules.models import Rule, RuleRun
from tests.browser.hostile.words import bulk

MORE = 10
# Model -> the field that names the row it belongs to, and the fields whose values must differ from those of others.
CHILDREN: dict[type[Model], tuple[type[Model], str, tuple[str, ...]]] = {
    OrderLine: (Order, "order", ("position", "reference")),
    OrderEvent: (Order, "order", ()),
    Comment: (Order, "order", ("token",)),
    ProductionItem: (ProductionOrder, "production_order", ("vendor_id",)),
    ProductionFile: (ProductionOrder, "production_order", ("source_key",)),
    ProductionEvent: (ProductionOrder, "production_order", ()),
    Change: (ChangeSet, "change_set", ("sku",)),
    JobRow: (Job, "job", ("subject_id",)),
    PushAttempt: (Push, "push", ()),
    Variant: (Product, "product", ("sku", "vendor_id")),
    Review: (Rating, "rating", ("vendor_id",)),
    Refund: (Complaint, "complaint", ("token",)),
    EnquiryReply: (Enquiry, "enquiry", ("token",)),
    CustomerNote: (Customer, "customer", ()),
    CardRecipient: (MailCampaign, "campaign", ("key", "order")),
    RuleRun: (Rule, "rule", ("source",)),
    UploadedPart: (PartUpload, "upload", ("number",)),
}


def grow(rows: Iterable[Model]) -> None:
    """Add as many copies of the children of these rows, whose pages are asked once more afterwards."""
    keys: dict[type[Model], list[Any]] = {}
    for row in rows:
        keys.setdefault(type(row), []).append(row.pk)
    for child, (parent, field, differing) in CHILDREN.items():
        found = child._default_manager.filter(**{f"{field}__in": keys.get(parent, [])}).order_by(f"{field}_id", "-pk")
        for first in found.distinct(f"{field}_id"):
            bulk([_copy(first, differing, number) for number in range(MORE)])


def _copy(row: Model, differing: tuple[str, ...], number: int) -> Model:
    values = {one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields if not one.primary_key}
    copy = type(row)(**values)
    for name in differing:
        setattr(copy, name, _other(copy, name, number))
    return copy


def _other(row: Model, name: str, number: int) -> Any:
    kind = row._meta.get_field(name)
    if kind.is_relation:
        return None
    if "Integer" in type(kind).__name__:
        return 1000 + number
    unlike = uuid4()
    return unlike if type(kind).__name__ == "UUIDField" else unlike.hex[: kind.max_length]

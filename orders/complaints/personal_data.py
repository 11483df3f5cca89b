"""What complaints hold of people."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop
from backoffice.engine.services.file_deletions import delete_files
from backoffice.privacy.periods import RetentionSource, add_source
from backoffice.privacy.person import DataSubject
from backoffice.privacy.registry import CLEAR, FREE, Holder, guards, register, register_without
from backoffice.text.translatable import gettext as _t
from orders.complaints.models import Complaint, ComplaintPhoto
from orders.models import Order
from orders.personal_data import of_orders


def _still_open(person: DataSubject) -> Iterable[str]:
    if Complaint.objects.filter(order__in=person.concerned(Order), ended_at__isnull=True).exists():
        yield _t("Still open: a complaint.")


def _old_photos(shop: Shop | None, before: datetime) -> QuerySet[Any]:
    ended = {"complaint__ended_at__isnull": False, "complaint__order__shop": shop}
    return ComplaintPhoto.objects.filter(stored_at__lt=before, **ended)


def _forget_photos(keys: Collection[int]) -> None:
    rows = ComplaintPhoto.objects.filter(pk__in=keys)
    paths = list(rows.values_list("path", flat=True))
    rows.delete()
    delete_files(paths)


add_source("files", RetentionSource(name="photos", due=_old_photos, forget=_forget_photos))


guards.append(_still_open)
register(
    Holder(
        model=ComplaintPhoto,
        holds=_("images that a customer sent"),
        find=of_orders(ComplaintPhoto, "complaint__order_id"),
        deleted=True,
        fields={"name": CLEAR},
        kept="files",
    ),
    Holder(
        model=Complaint,
        holds=_("what a customer complained about"),
        find=of_orders(Complaint),
        fields={"text": FREE},
        plain={"cause": "one of ours", "bearer": "one of ours", "claim": "one of ours"},
    ),
)
register_without("amounts and numbers", "complaints.ComplaintLine", "complaints.Replacement", "complaints.Refund")

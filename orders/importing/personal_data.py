"""What tables of orders hold of people."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop
from backoffice.jobs.models.job import MOVING
from backoffice.privacy.periods import RetentionSource, add_source
from backoffice.privacy.person import DataSubject
from backoffice.privacy.registry import SCRUB, Holder, register, register_without
from orders.importing.models import ImportedOrder, ImportState, OrderImport
from orders.models import Order


def _find_rows(person: DataSubject) -> QuerySet[Any]:
    """Return the rows that became orders of theirs, and those with their e-mail that became none."""
    found = Q(order__in=person.of(Order))
    for email in sorted(person.emails):
        found |= Q(rows__contains=[{"values": {"customer_email": email}}])
    return ImportedOrder.objects.filter(found)


def _find_tables(person: DataSubject) -> QuerySet[Any]:
    return OrderImport.objects.filter(orders__in=person.of(ImportedOrder)).distinct()


def _erase_tables(person: DataSubject, rows: QuerySet[Any]) -> None:
    """Have the uploaded file gone, in which they stand beside others: its orders are kept row by row."""
    rows.update(content=b"", columns=[])


def _old_tables(shop: Shop | None, before: datetime) -> QuerySet[Any]:
    """Return tables of the shop that nobody reads and no job places."""
    resting = OrderImport.objects.filter(shop=shop, created_at__lt=before).exclude(state=ImportState.WAITING)
    return resting.exclude(job__state__in=MOVING)


def _forget_tables(keys: Collection[int]) -> None:
    OrderImport.objects.filter(pk__in=keys).delete()


add_source("imports", RetentionSource(name="tables", due=_old_tables, forget=_forget_tables))


register(
    Holder(
        model=ImportedOrder,
        holds=_("rows of uploaded tables"),
        find=_find_rows,
        deleted=True,
        fields={"rows": SCRUB, "customer": SCRUB},
        kept="imports",
    ),
    Holder(
        model=OrderImport,
        holds=_("uploaded tables of orders"),
        find=_find_tables,
        erase=_erase_tables,
        given=lambda rows: rows,
        shared=True,
        fields={"problem": SCRUB, "columns": SCRUB, "content": SCRUB, "file_name": SCRUB},
        plain={
            "mapping": "names of columns",
            "choices": "how it is read",
            "formats": "how it is read",
            "sheets": "names",
        },
        kept="imports",
    ),
)
register_without("names of columns", "importing.ImportProfile")

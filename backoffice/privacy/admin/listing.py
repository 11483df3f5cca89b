"""The first page: somebody is looked for, and what was asked for before."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.privacy.admin.forms import address_of
from backoffice.privacy.models import PrivacyRequest, RequestKind, VendorErasure
from backoffice.privacy.models.request import OPEN_REQUESTS
from backoffice.privacy.services.finding import find_candidates
from backoffice.privacy.services.hashing import hash_word
from backoffice.staff.filter_form import FilterForm, choice_field
from backoffice.staff.list_page import ListPage

_OPEN = Q(state__in=OPEN_REQUESTS)


@dataclass(frozen=True)
class FoundPerson:
    """Somebody who may be meant, and what their page is asked for with."""

    title: str
    detail: str
    query: str


class RequestFilters(FilterForm):
    """Requests are found by the e-mail that they were made for, which is kept as a hash."""

    HIDDEN = ("show",)
    CONDITIONS = {("show", "open"): _OPEN, ("show", "vendors"): Q(vendor_erasures__done_at__isnull=True)}
    show = choice_field("", [("open", ""), ("vendors", "")])
    kind = choice_field(_("Kind"), RequestKind.choices)

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(hashes__contains=[hash_word(text)]) if "@" in text else rows

    def filter_queryset(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return super().filter_queryset(rows).distinct()


class RequestList(ListPage[PrivacyRequest]):
    """Requests, the newest first, below whoever was found."""

    title = _("Privacy")
    template_name = "privacy/list.html"
    queryset = PrivacyRequest.objects.prefetch_related("vendor_erasures")
    filter_class = RequestFilters
    views = ((_("All"), ""), (_("Open"), "show=open"), (_("Vendors to contact"), "show=vendors"))
    search_words = _("E-mail, name, telephone or order number")
    empty_icon = "shield_person"

    def get_related_version(self, keys: list[Any]) -> Any:
        done = VendorErasure.objects.filter(request__in=keys, done_at__isnull=False)
        return done.order_by("-done_at").values_list("done_at", flat=True).first()

    def get_context_data(self) -> dict[str, Any]:
        text = self.filters.values.get("q", "")
        found = [FoundPerson(one.title, one.detail, address_of(one.emails, one.rows)) for one in find_candidates(text)]
        return {**super().get_context_data(), "candidates": found, "asked": text}

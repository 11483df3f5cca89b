"""How long what is kept: one page for all kinds and shops, with what would go today."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy

from backoffice.accounts.models import Shop
from backoffice.accounts.services.visibility import visible_shops
from backoffice.errors import DomainError
from backoffice.privacy.models import RetentionRule
from backoffice.privacy.models.retention import MOST_DAYS
from backoffice.privacy.periods import KINDS, SOURCES, RetentionKind
from backoffice.privacy.services.retention import Due, drop_period, preview_retention, set_period
from backoffice.staff.base import actor
from backoffice.staff.pages import PagesAdmin
from backoffice.staff.recent_sign_in import require_fresh_identity
from backoffice.text.translatable import gettext as _

_DAYS = 6  # digits


@dataclass(frozen=True)
class PeriodCell:
    """The days of a kind for a shop, or for all; an empty one of a shop follows what is said for all."""

    name: str
    days: int | None
    label: str


@dataclass(frozen=True)
class PeriodRow:
    """A kind with its periods, and what of it would go today."""

    kind: RetentionKind
    usual: PeriodCell
    shops: list[PeriodCell]
    due: list[Due]

    @property
    def count(self) -> int:
        return sum(one.count for one in self.due)


@admin.register(RetentionRule)
class RetentionRuleAdmin(PagesAdmin):
    """All periods at once: who changes one sees what would go."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and visible_shops(request.user) is None

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        self.require_view(request)
        shops = list(Shop.objects.order_by("code"))
        if request.method == "POST":
            self.require(request, "change_retentionrule")
            require_fresh_identity(request)
            return self._save(request, shops)
        return self.render(
            request,
            "privacy/periods.html",
            title=gettext_lazy("Retention"),
            rows=_rows(shops),
            may_change=self.may(request, "change_retentionrule"),
            most_days=MOST_DAYS,
        )

    def detail_view(self, request: HttpRequest, row: RetentionRule) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:privacy_retentionrule_changelist"))

    def _save(self, request: HttpRequest, shops: list[Shop]) -> HttpResponse:
        """Save what differs; what cannot be is said, and the others are saved."""
        refused = []
        for row in _rows(shops):
            for cell, shop in [(row.usual, None), *zip(row.shops, shops, strict=False)]:
                name = cell.name
                try:
                    _change(row.kind, cell, shop, request.POST.get(name, "").strip(), actor=actor(request))
                except DomainError as error:
                    refused.append(error.text)
        for text in refused:
            messages.error(request, text)
        if not refused:
            messages.success(request, _("Saved. Data that is due is deleted within the next few hours."))
        return HttpResponseRedirect(request.path)


def _change(kind: RetentionKind, cell: PeriodCell, shop: Shop | None, given: str, *, actor: str) -> None:
    is_number = given.isascii() and given.isdecimal() and len(given) <= _DAYS
    days = int(given) if is_number else None if not given else 0
    if days == cell.days:
        return
    if days is None and shop is not None:
        drop_period(kind.kind, shop=shop)
    else:
        set_period(kind.kind, shop=shop, days=days, actor=actor)


def _rows(shops: list[Shop]) -> list[PeriodRow]:
    rules = {(row.kind, row.shop_id): row.days for row in RetentionRule.objects.all()}
    due = preview_retention()
    rows = []
    for kind in KINDS.values():
        if not SOURCES[kind.kind]:
            continue
        usual = PeriodCell(f"{kind.kind}-all", rules.get((kind.kind, None), kind.default), "")
        cells = [PeriodCell(f"{kind.kind}-{shop.pk}", rules.get((kind.kind, shop.pk)), shop.name) for shop in shops]
        own = [one for one in due if one.scope.kind is kind]
        rows.append(PeriodRow(kind, usual, cells if kind.per_shop else [], own))
    return rows

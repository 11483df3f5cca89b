"""The list of card campaigns, and the recipients of one, page by page."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backoffice.admin.filter_form import ANY, FilterForm
from backoffice.admin.keyset import page_of
from backoffice.admin.text_fields import LineField
from backoffice.models import Shop
from backoffice.states import Chip
from backoffice.translatable import gettext as _t
from orders.admin.campaign_words import recipient_chip
from orders.models import (
    CampaignState,
    CardDeliveryState,
    CardRecipient,
    CardState,
    LeftOut,
    MailCampaign,
)

SIZE = 40
RECIPIENTS_SHOWN = 50


def _shops() -> list[tuple[str, Any]]:
    return [(ANY, _("any")), *((str(pk), name) for pk, name in Shop.objects.order_by("name").values_list("pk", "name"))]


class CampaignFilters(FilterForm):
    q = LineField(required=False, max_length=100)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[(ANY, _("any")), *CampaignState.choices])
    shop = forms.ChoiceField(label=_("Shop"), required=False, choices=_shops)
    problem = forms.ChoiceField(label=_("Problem"), required=False, choices=[(ANY, _("any")), ("1", _("needs a look"))])

    PANEL = ("state", "shop", "problem")


class RecipientFilters(FilterForm):
    q = LineField(required=False, max_length=100)
    state = forms.ChoiceField(required=False, choices=[(ANY, _("any")), *CardState.choices])
    reason = forms.ChoiceField(required=False, choices=[(ANY, _("any")), *LeftOut.choices])
    delivery = forms.ChoiceField(
        required=False, choices=[(ANY, _("any")), *(one for one in CardDeliveryState.choices if one[0])]
    )
    scanned = forms.ChoiceField(required=False, choices=[(ANY, _("any")), ("1", _("scanned"))])
    bought = forms.ChoiceField(required=False, choices=[(ANY, _("any")), ("1", _("bought"))])


@dataclass(frozen=True)
class CampaignRow:
    campaign: MailCampaign
    chip: Chip
    listed: int
    left_out: int
    converted: int


@dataclass(frozen=True)
class RecipientRow:
    """`bought` are the numbers of the orders that the card brought."""

    recipient: CardRecipient
    chip: Chip
    bought: list[tuple[int, str]]


def campaign_listing(request: HttpRequest) -> dict[str, Any]:
    """The context of the list."""
    filters = CampaignFilters(request.GET)
    values = filters.values
    campaigns = MailCampaign.objects.select_related("shop").defer("price_lines", "drafts_before")
    page = page_of(_filtered(campaigns, values), request.GET, size=SIZE)
    given = {name: value for name, value in request.GET.items() if value}
    views = [
        (_t("All"), "", {}),
        (_t("Drafts"), "state=draft", {"state": "draft"}),
        (_t("Ready to be checked out"), "state=proofed", {"state": "proofed"}),
        (_t("Mailed"), "state=mailed", {"state": "mailed"}),
        (_t("Needs a look"), "problem=1", {"problem": "1"}),
    ]
    return {
        "filters": filters,
        "searched": values.get("q", ""),
        "page": page,
        "rows": _rows(page.rows),
        "tabs": [{"title": title, "query": query, "current": given == wanted} for title, query, wanted in views],
    }


def _filtered(campaigns: QuerySet[MailCampaign], values: dict[str, Any]) -> QuerySet[MailCampaign]:
    for name in ("state", "shop"):
        if name in values:
            campaigns = campaigns.filter(**{name: values[name]})
    if "problem" in values:
        campaigns = campaigns.exclude(problem="")
    if text := values.get("q"):
        campaigns = campaigns.filter(Q(name__icontains=text) | Q(vendor_id=text))
    return campaigns


def _rows(campaigns: list[MailCampaign]) -> list[CampaignRow]:
    keys = [campaign.pk for campaign in campaigns]
    left_out = Q(state=CardState.LEFT_OUT)
    counted = CardRecipient.objects.filter(campaign__in=keys).order_by().values("campaign")
    counts: dict[int, Any] = {
        row["campaign"]: row
        for row in counted.annotate(out=Count("pk", filter=left_out), listed=Count("pk", filter=~left_out))
    }
    bought = dict(
        MailCampaign.objects.filter(pk__in=keys).annotate(n=Count("conversions")).order_by().values_list("pk", "n")
    )
    return [
        CampaignRow(
            campaign,
            CampaignState(campaign.state).chip(),
            listed=counts.get(campaign.pk, {}).get("listed", 0),
            left_out=counts.get(campaign.pk, {}).get("out", 0),
            converted=bought.get(campaign.pk, 0),
        )
        for campaign in campaigns
    ]


def recipient_listing(request: HttpRequest, campaign: MailCampaign) -> dict[str, Any]:
    """The context of a campaign's recipients: a page of them, and how many there are of each sort."""
    filters = RecipientFilters(request.GET)
    values = filters.values
    rows = _chosen(campaign.recipients.select_related("order"), values)
    page = page_of(rows, request.GET, size=RECIPIENTS_SHOWN)
    keys = [row.pk for row in page.rows]
    sorts = _sorts(campaign)
    bought: dict[int, list[tuple[int, str]]] = {}
    for recipient, pk, number in campaign.conversions.filter(recipient__in=keys).values_list(
        "recipient", "order", "order__number"
    ):
        bought.setdefault(recipient, []).append((pk, number))
    return {
        "page": page,
        "rows": [RecipientRow(row, recipient_chip(row), bought.get(row.pk, [])) for row in page.rows],
        "searched": values.get("q", ""),
        "deliveries": sorts.deliveries,
        "views": _views(request, sorts),
        "hidden": [(name, value) for name, value in values.items() if name != "q"],
    }


def _chosen(rows: QuerySet[CardRecipient], values: dict[str, Any]) -> QuerySet[CardRecipient]:
    for name in ("state", "reason", "delivery"):
        if name in values:
            rows = rows.filter(**{name: values[name]})
    if "scanned" in values:
        rows = rows.filter(scans__gt=0)
    if "bought" in values:
        rows = rows.filter(conversions__isnull=False).distinct()
    for word in values.get("q", "").split()[:5]:
        names = ("firstname", "lastname", "organisation", "city", "zip5", "email")
        anywhere = Q()
        for name in names:
            anywhere |= Q(**{f"{name}__icontains": word})
        rows = rows.filter(anywhere)
    return rows


@dataclass
class Sorts:
    """How many recipients there are of each sort."""

    states: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    deliveries: Counter[str] = field(default_factory=Counter)
    scanned: int = 0


def _sorts(campaign: MailCampaign) -> Sorts:
    """One query, whatever there is."""
    sorts = Sorts()
    rows = campaign.recipients.order_by().values("state", "reason", "delivery")
    for row in rows.annotate(n=Count("pk"), seen=Count("pk", filter=Q(scans__gt=0))):
        sorts.states[row["state"]] += row["n"]
        sorts.scanned += row["seen"]
        if row["state"] == CardState.LEFT_OUT:
            sorts.reasons[row["reason"]] += row["n"]
        if row["delivery"]:
            sorts.deliveries[row["delivery"]] += row["n"]
    return sorts


def _views(request: HttpRequest, sorts: Sorts) -> list[dict[str, Any]]:
    """Ways to look at the recipients; those without any are left out."""
    found = [("", _t("All"), sum(sorts.states.values()))]
    for name, words, counts in (
        ("state", CardState, sorts.states),
        ("reason", LeftOut, sorts.reasons),
        ("delivery", CardDeliveryState, sorts.deliveries),
    ):
        found += [(f"{name}={one}", str(words(one).label), counts[one]) for one in words.values if counts[one]]
    if sorts.scanned:
        found.append(("scanned=1", _t("scanned"), sorts.scanned))
    given = {name: value for name, value in request.GET.items() if value and name not in ("older", "newer", "end")}
    current = "&".join(f"{name}={value}" for name, value in given.items())
    return [{"query": query, "title": title, "count": n, "current": query == current} for query, title, n in found]

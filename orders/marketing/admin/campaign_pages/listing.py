"""The list of card campaigns, and the recipients of one, page by page."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop
from backoffice.staff.filter_form import FilterForm, choice_field
from backoffice.staff.keyset import page_of
from backoffice.staff.list_page import ListPage, Tab, canonical
from backoffice.states import Chip
from backoffice.text.translatable import gettext as _t
from backoffice.visibility import visible
from orders.marketing.admin.campaign_pages.labels import recipient_chip
from orders.marketing.models import (
    CampaignState,
    CardConversion,
    CardDeliveryState,
    CardRecipient,
    CardState,
    LeftOut,
    MailCampaign,
)

RECIPIENTS_SHOWN = 50


def _shops() -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in visible(Shop.objects.order_by("name")).values_list("pk", "name")]


class CampaignFilters(FilterForm):
    CONDITIONS = {("problem", "1"): ~Q(problem="")}

    state = choice_field(_("State"), CampaignState.choices)
    shop = choice_field(_("Shop"), _shops)
    problem = choice_field(_("Problem"), [("1", _("needs attention"))])

    def search(self, rows: QuerySet[MailCampaign], text: str) -> QuerySet[MailCampaign]:
        return rows.filter(Q(name__icontains=text) | Q(vendor_id=text))


class RecipientFilters(FilterForm):
    """Chosen by the views above the recipients: there is no panel."""

    CONDITIONS = {
        ("scanned", "1"): Q(scans__gt=0),
        ("bought", "1"): Q(pk__in=CardConversion.objects.order_by().values("recipient")),
    }

    state = choice_field("", CardState.choices)
    reason = choice_field("", LeftOut.choices)
    delivery = choice_field("", [one for one in CardDeliveryState.choices if one[0]])
    scanned = choice_field("", [("1", _("scanned"))])
    bought = choice_field("", [("1", _("bought"))])

    def search(self, rows: QuerySet[CardRecipient], text: str) -> QuerySet[CardRecipient]:
        """Search by words of name, address and e-mail, all of which are found anywhere."""
        for word in text.split()[:5]:
            anywhere = Q()
            for name in ("firstname", "lastname", "organisation", "city", "zip5", "email"):
                anywhere |= Q(**{f"{name}__icontains": word})
            rows = rows.filter(anywhere)
        return rows


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


class CampaignList(ListPage[MailCampaign]):
    key = "campaigns"
    permission, change_permission = "marketing.view_mailcampaign", "marketing.change_mailcampaign"
    title = _("Card campaigns")
    template_name = "marketing/campaigns/list.html"
    queryset = MailCampaign.objects.select_related("shop").defer("price_lines", "drafts_before")
    paginate_by = 40
    filter_class = CampaignFilters
    views = (
        (_("All"), ""),
        (_("Drafts"), "state=draft"),
        (_("Ready for checkout"), "state=proofed"),
        (_("Mailed"), "state=mailed"),
        (_("Needs attention"), "problem=1"),
    )
    search_words = _("Name or number at the vendor")
    empty_icon = "stylus_note"

    def get_rows(self, found: list[MailCampaign]) -> list[CampaignRow]:
        return _rows(found)


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
    """Return the context of a campaign's recipients: a page of them, and how many there are of each sort."""
    filters = RecipientFilters(request.GET)
    rows = filters.filter_queryset(campaign.recipients.select_related("order"))
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
        "searched": filters.values.get("q", ""),
        "deliveries": sorts.deliveries,
        "views": _views(request, sorts),
        "hidden": [(name, value) for name, value in filters.values.items() if name != "q"],
    }


@dataclass
class Sorts:
    """How many recipients there are of each sort."""

    states: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    deliveries: Counter[str] = field(default_factory=Counter)
    scanned: int = 0


def _sorts(campaign: MailCampaign) -> Sorts:
    """Count the recipients by sort, in one query."""
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


def _views(request: HttpRequest, sorts: Sorts) -> list[Tab]:
    """Return the tabs of the recipients; empty ones are left out."""
    found = [("", _t("All"), sum(sorts.states.values()))]
    for name, choices, counts in (
        ("state", CardState, sorts.states),
        ("reason", LeftOut, sorts.reasons),
        ("delivery", CardDeliveryState, sorts.deliveries),
    ):
        found += [(f"{name}={one}", str(choices(one).label), counts[one]) for one in choices.values if counts[one]]
    if sorts.scanned:
        found.append(("scanned=1", _t("scanned"), sorts.scanned))
    shown = canonical(request.GET)
    return [Tab(title, query, canonical(QueryDict(query)) == shown, count) for query, title, count in found]

"""The list of endpoints, and the log of deliveries."""

from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from backoffice.accounts.models import Shop
from backoffice.staff.filter_form import FilterForm, choice_field
from backoffice.staff.list_page import ListPage
from backoffice.visibility import visible
from backoffice.webhooks.models import ShopEvent, WebhookDelivery, WebhookEndpoint, WebhookState
from backoffice.webhooks.models.event import event_key
from backoffice.webhooks.services.waiting import count_waiting, show_count
from backoffice.webhooks.topics import TEST, TOPICS, topic_label

# Events of a thing that are looked for.
_MOST_EVENTS = 500


def _shops() -> list[tuple[int, str]]:
    return list(visible(Shop.objects.order_by("name")).values_list("pk", "name"))


def _endpoints() -> list[tuple[int, str]]:
    rows = visible(WebhookEndpoint.objects.select_related("shop").defer("secrets")).order_by("-pk")[:100]
    return [(row.pk, f"{row.shop.name}: {str(row)[:60]}") for row in rows]


class EndpointFilters(FilterForm):
    """What endpoints can be filtered by."""

    LOOKUPS = {"attention": "needs_attention"}
    HIDDEN = ("attention",)

    attention = choice_field("", [("1", "")])
    shop = choice_field(gettext_lazy("Shop"), _shops)

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(Q(url__icontains=text) | Q(description__icontains=text))


class EndpointList(ListPage[WebhookEndpoint]):
    title = gettext_lazy("Webhooks")
    template_name = "webhooks/endpoint_list.html"
    queryset = WebhookEndpoint.objects.filter(removed_at__isnull=True).select_related("shop").defer("secrets")
    filter_class = EndpointFilters
    views = ((gettext_lazy("All"), ""), (gettext_lazy("Needs attention"), "attention=1"))
    search_words = gettext_lazy("Address or name")
    empty_icon = "webhook"

    @property
    def demo_shop(self) -> str:
        """Return where the demo's shop is; empty where this is none."""
        return str(settings.DEMO_SHOP_URL)

    def get_rows(self, found: list[WebhookEndpoint]) -> list[dict[str, Any]]:
        waiting = count_waiting([endpoint.pk for endpoint in found])
        return [
            {"endpoint": endpoint, "chip": endpoint.chip(), "waiting": show_count(waiting[endpoint.pk])}
            for endpoint in found
        ]


class DeliveryFilters(FilterForm):
    """What deliveries can be filtered by."""

    endpoint = choice_field(gettext_lazy("Endpoint"), _endpoints)
    state = choice_field(gettext_lazy("State"), WebhookState.choices)

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Return those of an event, by its id, or of a thing, by its own."""
        types = {topic.partition(".")[0] for topic in TOPICS} | {"variant", "webhook_endpoint"}
        about = ShopEvent.objects.filter(object_type__in=types, object_id=text).order_by("-pk")
        keys = list(about.values_list("pk", flat=True)[:_MOST_EVENTS])
        return rows.filter(event__in=[*keys, *filter(None, [event_key(text)])])


class DeliveryList(ListPage[WebhookDelivery]):
    title = gettext_lazy("Webhook log")
    template_name = "webhooks/delivery_list.html"
    queryset = WebhookDelivery.objects.select_related("event", "endpoint__shop").defer("endpoint__secrets")
    filter_class = DeliveryFilters
    views = (
        (gettext_lazy("All"), ""),
        (gettext_lazy("Waiting"), "state=waiting"),
        (gettext_lazy("Given up"), "state=failed"),
        (gettext_lazy("Delivered"), "state=delivered"),
    )
    search_words = gettext_lazy("Event ID or order ID")
    empty_icon = "webhook"

    def get_rows(self, found: list[WebhookDelivery]) -> list[dict[str, Any]]:
        return [delivery_row(row) for row in found]


def delivery_row(row: WebhookDelivery) -> dict[str, Any]:
    """Return what lists show of a delivery."""
    details = row.event.details
    return {
        "delivery": row,
        "chip": WebhookState(row.state).chip(hint=str(row.cause)),
        "topic": topic_label(row.event.topic),
        "about": details.get("number")
        or details.get("sku")
        or ("" if row.event.topic == TEST else row.event.object_id),
    }

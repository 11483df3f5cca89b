"""The log of webhooks in the admin: what went where, each try, and sending one again."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from backoffice.engine.admin.bodies import show_text
from backoffice.staff.base import actor
from backoffice.staff.pages import PagesAdmin, View, act, find_or_404
from backoffice.states import Chip, Tone
from backoffice.text.translatable import gettext as _
from backoffice.webhooks.admin.lists import DeliveryList, delivery_row
from backoffice.webhooks.models import DeliveryAttempt, WebhookDelivery
from backoffice.webhooks.models.delivery import OPEN_DELIVERIES
from backoffice.webhooks.services.replaying import replay_events

# Tries on the page of a delivery, the latest of them.
_SHOWN = 30


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(PagesAdmin):
    """Written by what happens; read here, and sent again."""

    list_page = DeliveryList

    def pages(self) -> list[tuple[str, str, View]]:
        return [("<int:pk>/again/", "again", self.again)]

    def shown_rows(self, row: WebhookDelivery) -> list[QuerySet[Any]]:
        return [WebhookDelivery.objects.filter(pk=row.pk), DeliveryAttempt.objects.filter(delivery=row.pk)]

    def detail_view(self, request: HttpRequest, delivery: WebhookDelivery) -> HttpResponse:
        attempts = list(delivery.attempts.order_by("-pk")[:_SHOWN])
        row = delivery_row(delivery)
        return self.render(
            request,
            "webhooks/delivery.html",
            title=f"{row['topic']} {row['about']}".strip(),
            delivery=delivery,
            event=delivery.event,
            row=row,
            is_open=delivery.state in OPEN_DELIVERIES,
            attempts=[_panel(attempt) for attempt in reversed(attempts)],
            others=WebhookDelivery.objects.filter(event=delivery.event_id, endpoint=delivery.endpoint_id)
            .exclude(pk=delivery.pk)
            .order_by("-pk")[:10],
            may_replay=request.user.has_perm("webhooks.replay_webhookdelivery") and delivery.endpoint.active,
        )

    def again(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, "replay_webhookdelivery")
        delivery = find_or_404(WebhookDelivery, pk)

        def do() -> str:
            replay_events(delivery.endpoint, [delivery.event_id], actor=actor(request))
            return _("The event is being sent again. The shop recognises it by its ID.")

        response = act(request, do, to=reverse("admin:webhooks_webhookdelivery_change", args=[pk]))
        newest = WebhookDelivery.objects.filter(event=delivery.event_id, endpoint=delivery.endpoint_id).latest("pk")
        if isinstance(response, HttpResponseRedirect):
            return HttpResponseRedirect(reverse("admin:webhooks_webhookdelivery_change", args=[newest.pk]))
        return response


def _panel(attempt: DeliveryAttempt) -> dict[str, Any]:
    head, _blank, body = attempt.request.partition("\n\n")
    return {
        "attempt": attempt,
        "chip": _chip(attempt),
        "head": show_text(head),
        "sent": show_text(body),
        "received": show_text(attempt.answer),
    }


def _chip(attempt: DeliveryAttempt) -> Chip:
    if attempt.status is None:
        return Chip(Tone.AMBER, "signal_disconnected", _("no answer"), hint=str(attempt.error))
    if attempt.status < 300:
        return Chip(Tone.GREEN, "check", str(attempt.status))
    return Chip(Tone.RED, "block", str(attempt.status), hint=str(attempt.error))

"""Vendors in the admin: a card each, test, pause, resume."""

from dataclasses import asdict, dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from backoffice.engine.admin.bodies import show_text
from backoffice.engine.admin.history_context import HistoryContext, history_context
from backoffice.engine.admin.parts import account_parts, integration_parts
from backoffice.engine.admin.status_context import status_context
from backoffice.engine.models import Integration, WebhookSubscription
from backoffice.engine.services import limiter
from backoffice.engine.services.rate_limits import BURST, RateLimitStatus
from backoffice.engine.services.status_history import StatusHistory, read_status_histories
from backoffice.engine.services.vendor_history import VendorHistory, read_histories
from backoffice.engine.services.vendor_status import VendorHealth, VendorStatus, check_vendor, read_vendor_statuses
from backoffice.engine.services.webhook_subscriptions import end_webhook, subscribe_webhooks
from backoffice.errors import IllegalTransition
from backoffice.staff.base import actor
from backoffice.staff.pages import PagesAdmin, View, act, find_or_404
from backoffice.staff.recent_sign_in import fresh_identity_required
from backoffice.staff.text_fields import posted_text
from backoffice.states import Chip, Tone
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import join_sentences
from backoffice.vendors.abilities import CallsSecretAddresses, ManagesWebhooks, Vendor
from backoffice.vendors.explaining import explain
from backoffice.vendors.registry import find_account, has_ability, vendor_title, vendor_type

SET_UP = "change_integration"
PAUSE, TEST = "pause_integration", "test_integration"
LONGEST_REASON = 300
SUBSCRIBE, END_WEBHOOK = "add_webhooksubscription", "change_webhooksubscription"


@dataclass(frozen=True)
class RateLimitUse:
    """The use of a rate limit: `percent` of the burst, 100 means that the next call has to stand in line."""

    percent: int
    tone: Tone
    text: str
    rate: str


@dataclass(frozen=True)
class VendorCard:
    """One vendor as its card shows it."""

    status: VendorStatus
    standing: Chip
    mode: Chip
    rate_limit: RateLimitUse
    breaker: str
    may_resume: bool
    # None where the vendor has no subscriptions.
    webhooks: list[WebhookSubscription] | None
    wants_webhooks: bool
    # Whether addresses of ours that cannot be guessed are entered at the vendor.
    takes_callback_addresses: bool
    history: HistoryContext | None
    # Whether it is an account beside the environment's.
    is_kept: bool
    # What it answered when asked how it is doing; None where it has no such call, or was never asked.
    answers: HistoryContext | None


@admin.register(Integration)
class IntegrationAdmin(PagesAdmin):
    """There is one page for all vendors; a vendor's own address leads to its card."""

    def pages(self) -> list[tuple[str, str, View]]:
        return [
            ("<slug:vendor>/test/", "test", self.test),
            ("<slug:vendor>/pause/", "pause", self.pause),
            ("<slug:vendor>/resume/", "resume", self.resume),
            ("<slug:vendor>/callbacks/", "callbacks", self.callbacks),
            ("<slug:vendor>/subscribe/", "subscribe", self.subscribe),
            ("<slug:vendor>/webhooks/<int:pk>/end/", "end_webhook", self.end_webhook),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        webhooks: dict[str, list[WebhookSubscription]] = {}
        for row in WebhookSubscription.objects.filter(ended_at__isnull=True).defer("secret").order_by("pk"):
            webhooks.setdefault(row.vendor, []).append(row)
        histories, answers = read_histories(), read_status_histories()
        cards = [
            _card(
                status,
                webhooks.get(status.name, []),
                history=histories.get(status.name),
                answers=answers.get(status.name),
            )
            for status in read_vendor_statuses()
        ]
        # Those of accounts that are kept beside the environment's have a place of their own.
        own = [card for card in cards if not card.is_kept]
        return self.render(
            request,
            "engine/integrations.html",
            title=_("Integrations"),
            cards=[card for card in own if card.status.standing != VendorHealth.NOT_SET_UP],
            unused=[card for card in own if card.status.standing == VendorHealth.NOT_SET_UP],
            account_parts=account_parts(request, cards),
            may_set_up=self.may(request, SET_UP),
            may_subscribe=self.may(request, SUBSCRIBE),
            may_end=self.may(request, END_WEBHOOK),
            may_pause=self.may(request, PAUSE),
            may_test=self.may(request, TEST),
            parts=integration_parts(request),
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return HttpResponseRedirect(_url(_known(object_id)))

    def test(self, request: HttpRequest, vendor: str) -> HttpResponse:
        self.require(request, TEST)
        to = _url(_known(vendor))
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        check = check_vendor(vendor)
        params = asdict(check) | {"vendor": vendor_title(vendor), "text": explain(vendor, check.text).text}
        if check.is_ok and not check.is_asked:
            was_not = _("%(vendor)s was not contacted.") % {"vendor": vendor_title(vendor)}
            messages.info(request, join_sentences(was_not, check.text))
        elif check.is_ok:
            messages.success(request, _("%(vendor)s answered after %(seconds).1f s: %(text)s") % params)
        else:
            messages.error(request, join_sentences(check.text, check.remedy))
        return HttpResponseRedirect(to)

    def pause(self, request: HttpRequest, vendor: str) -> HttpResponse:
        """Ask first: it stops all that is to be sent to the vendor. A reason is shown to whoever wonders."""
        self.require(request, PAUSE)
        _known(vendor)
        if request.method != "POST":
            status = next(status for status in read_vendor_statuses() if status.name == vendor)
            title = _("Pause %(vendor)s?") % {"vendor": vendor_title(vendor)}
            context = {"title": title, "status": status, "longest_reason": LONGEST_REASON}
            return self.render(request, "engine/integration_pause.html", **context)

        def do() -> str:
            reason = posted_text(request.POST, "reason", most=LONGEST_REASON)
            if not limiter.pause(vendor, actor=actor(request), reason=reason):
                raise IllegalTransition(_("%(vendor)s is already paused.") % {"vendor": vendor_title(vendor)})
            return _("%(vendor)s is paused. Outgoing requests wait.") % {"vendor": vendor_title(vendor)}

        return act(request, do, to=_url(vendor))

    def resume(self, request: HttpRequest, vendor: str) -> HttpResponse:
        self.require(request, PAUSE)
        _known(vendor)

        def do() -> str:
            limiter.resume(vendor, actor=actor(request))
            return _("%(vendor)s is resumed; waiting requests are sent within a minute.") % {
                "vendor": vendor_title(vendor)
            }

        return act(request, do, to=_url(vendor))

    @fresh_identity_required
    def callbacks(self, request: HttpRequest, vendor: str) -> HttpResponse:
        """Show the addresses to be entered at the vendor, for who sets it up; everywhere else they are masked."""
        self.require(request, SET_UP)
        addresses = vendor_type(_known(vendor, CallsSecretAddresses), CallsSecretAddresses).callback_addresses()
        return self.render(
            request,
            "engine/callback_addresses.html",
            title=_("Webhook addresses for %(vendor)s") % {"vendor": vendor_title(vendor)},
            vendor=vendor,
            addresses=[(topic, show_text(url)) for topic, url in addresses.items()],
            back=_url(vendor),
        )

    def subscribe(self, request: HttpRequest, vendor: str) -> HttpResponse:
        """Subscribe to what is missing; asking twice changes nothing."""
        self.require(request, SUBSCRIBE)
        _known(vendor, ManagesWebhooks)

        def do() -> str:
            pushes = subscribe_webhooks(vendor, actor=actor(request))
            return (
                _("The webhooks are subscribed within a minute.")
                if pushes
                else _("All webhooks are already subscribed.")
            )

        return act(request, do, to=_url(vendor))

    def end_webhook(self, request: HttpRequest, vendor: str, pk: int) -> HttpResponse:
        self.require(request, END_WEBHOOK)
        row = find_or_404(WebhookSubscription, pk)
        if row.vendor != vendor:
            raise Http404

        def do() -> str:
            end_webhook(row, actor=actor(request))
            return _("This is sent to the vendor within a minute.")

        return act(request, do, to=_url(vendor))


def _card(
    status: VendorStatus,
    webhooks: list[WebhookSubscription],
    *,
    history: VendorHistory | None,
    answers: StatusHistory | None,
) -> VendorCard:
    integration = status.integration
    subscribes = has_ability(status.name, ManagesWebhooks)
    topics = vendor_type(status.name, ManagesWebhooks).WEBHOOK_TOPICS if subscribes else ()
    return VendorCard(
        status=status,
        standing=status.standing.chip(_last_failure(integration)),
        mode=status.mode.chip(),
        rate_limit=_describe_rate_limit(status.rate_limit),
        breaker=_breaker(status),
        may_resume=bool(integration.paused_at or integration.auth_failed_at or integration.open_until),
        webhooks=webhooks if subscribes else None,
        takes_callback_addresses=has_ability(status.name, CallsSecretAddresses),
        history=history_context(history),
        is_kept=find_account(status.name) is not None,
        answers=status_context(answers, vendor=status.name),
        wants_webhooks=bool(set(topics) - {row.topic for row in webhooks if row.is_made}),
    )


def _last_failure(integration: Integration) -> str:
    return explain(integration.vendor, integration.last_failure).text if integration.failures else ""


def _describe_rate_limit(status: RateLimitStatus) -> RateLimitUse:
    per_minute = status.per_minute * status.factor
    burst_seconds = BURST * 60 / per_minute
    percent = min(100, round(100 * status.waiting / burst_seconds))
    rate = _("%(rate)d calls per minute")
    if status.factor < 1:
        rate = _("%(rate)d of %(full)d calls per minute, slowed down at the vendor's request")
    rate %= {"rate": round(per_minute), "full": round(status.per_minute)}
    if status.blocked_seconds:
        text = _("delayed by the vendor: next call in %(seconds)d s") % {"seconds": round(status.blocked_seconds)}
        return RateLimitUse(100, Tone.RED, text, rate)
    line = status.waiting - burst_seconds
    if line > 0:
        return RateLimitUse(100, Tone.AMBER, _("used up: next call in %(seconds).1f s") % {"seconds": line}, rate)
    return RateLimitUse(percent, Tone.GREEN, _("%(percent)d%% used") % {"percent": percent}, rate)


def _breaker(status: VendorStatus) -> str:
    failures, open_until = status.integration.failures, status.integration.open_until
    if open_until and open_until > timezone.now():
        text = ngettext(
            "interrupted: calls are stopped after %(count)d failure",
            "interrupted: calls are stopped after %(count)d failures in a row",
            failures,
        )
        return text % {"count": failures}
    if failures:
        text = ngettext(
            "%(count)d failure; interrupted at %(limit)d",
            "%(count)d failures in a row; interrupted at %(limit)d",
            failures,
        )
        return text % {"count": failures, "limit": limiter.FAILURES_TO_OPEN}
    return _("healthy")


def _known(vendor: str, ability: type[Vendor] = Vendor) -> str:
    """Return the name. Raises Http404 when the project knows no such vendor, or it does not offer that."""
    if not has_ability(vendor, ability):
        raise Http404
    return vendor


def _url(vendor: str) -> str:
    return f"{reverse('admin:engine_integration_changelist')}#{vendor}"

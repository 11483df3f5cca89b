"""Endpoints in the admin: the list, one of them, and all that can be done with it."""

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from backoffice.engine.admin.bodies import show_text
from backoffice.errors import DomainError, InvalidInput
from backoffice.staff.base import actor
from backoffice.staff.pages import PagesAdmin, View, act, find_or_404
from backoffice.staff.recent_sign_in import fresh_identity_required
from backoffice.text.translatable import gettext as _
from backoffice.webhooks.admin.forms import DryRunForm, EndpointForm, ReplayForm
from backoffice.webhooks.admin.lists import EndpointList, delivery_row
from backoffice.webhooks.models import WebhookDelivery, WebhookEndpoint
from backoffice.webhooks.services import endpoints
from backoffice.webhooks.services.replaying import replay_since, try_now
from backoffice.webhooks.services.secrets import previous_until, valid_secrets
from backoffice.webhooks.services.trials import dry_run, send_test
from backoffice.webhooks.services.waiting import count_waiting, show_count
from backoffice.webhooks.topics import TOPICS, topic_label

# Deliveries on the page of an endpoint; its log has all.
_SHOWN = 15
_CHANGE = "change_webhookendpoint"
_REPLAY = "replay_webhookdelivery"


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(PagesAdmin):
    """Made, changed and removed by people; nothing else switches one off."""

    list_page = EndpointList

    def pages(self) -> list[tuple[str, str, View]]:
        return [
            ("new/", "new", self.new),
            ("<int:pk>/edit/", "edit", self.edit),
            ("<int:pk>/switch/", "switch", self.switch),
            ("<int:pk>/remove/", "remove", self.remove),
            ("<int:pk>/secret/", "secret", self.secret),
            ("<int:pk>/rotate/", "rotate", self.rotate),
            ("<int:pk>/end-previous/", "end_previous", self.end_previous),
            ("<int:pk>/test/", "test", self.test),
            ("<int:pk>/dry-run/", "dry_run", self.dry_run),
            ("<int:pk>/try-now/", "try_now", self.try_now),
            ("<int:pk>/replay/", "replay", self.replay),
        ]

    def shown_rows(self, row: WebhookEndpoint) -> list[QuerySet[Any]]:
        newest = WebhookDelivery.objects.filter(endpoint=row).order_by("-pk")[:_SHOWN]
        return [WebhookEndpoint.objects.filter(pk=row.pk), WebhookDelivery.objects.filter(pk__in=newest.values("pk"))]

    def detail_view(self, request: HttpRequest, endpoint: WebhookEndpoint) -> HttpResponse:
        return self._show(request, endpoint)

    @fresh_identity_required
    def new(self, request: HttpRequest) -> HttpResponse:
        """Make an endpoint, and lead to its secret."""
        self.require(request, "add_webhookendpoint")
        form = EndpointForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                made = endpoints.add_endpoint(form.cleaned_data["shop"], form.values, actor=actor(request))
            except InvalidInput as error:
                _add_errors(form, error)
            except DomainError as error:
                form.add_error(None, error.text)
            else:
                return HttpResponseRedirect(_url(made.pk, "secret"))
        title = _("New webhook endpoint")
        back = reverse("admin:webhooks_webhookendpoint_changelist")
        return self.render(request, "webhooks/endpoint_form.html", title=title, form=form, back=back)

    @fresh_identity_required
    def edit(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Change what was chosen."""
        self.require(request, _CHANGE)
        endpoint = find_or_404(WebhookEndpoint, pk)
        form = EndpointForm(request.POST or None, endpoint=endpoint)
        if request.method == "POST" and form.is_valid():
            try:
                endpoints.change_endpoint(endpoint, form.values)
            except InvalidInput as error:
                _add_errors(form, error)
            except DomainError as error:
                form.add_error(None, error.text)
            else:
                messages.success(request, _("Saved."))
                return HttpResponseRedirect(_url(pk))
        title = _("Edit %(endpoint)s") % {"endpoint": endpoint}
        return self.render(request, "webhooks/endpoint_form.html", title=title, form=form, back=_url(pk))

    def switch(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, _CHANGE)
        endpoint = find_or_404(WebhookEndpoint, pk)
        active = request.POST.get("enabled") == "1"

        def do() -> str:
            values = endpoints.values_of(endpoint, active=active)
            endpoints.change_endpoint(endpoint, values)
            return (
                _("Switched on.") if active else _("Switched off. It receives no events until it is switched on again.")
            )

        return act(request, do, to=_url(pk))

    @fresh_identity_required
    def remove(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, "delete_webhookendpoint")
        endpoint = find_or_404(WebhookEndpoint, pk)

        def do() -> str:
            endpoints.remove_endpoint(endpoint)
            return _("The endpoint was removed. Its log is kept.")

        return act(request, do, to=reverse("admin:webhooks_webhookendpoint_changelist"))

    @method_decorator(never_cache)
    @fresh_identity_required
    def secret(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the secrets that are valid now to who could make new ones."""
        self.require(request, _CHANGE)
        endpoint = find_or_404(WebhookEndpoint, pk)
        valid = valid_secrets(endpoint)
        return self.render(
            request,
            "webhooks/secret.html",
            title=_("Secret of %(endpoint)s") % {"endpoint": endpoint},
            endpoint=endpoint,
            newest=valid[0] if valid else "",
            previous=valid[1] if len(valid) > 1 else "",
            previous_until=previous_until(endpoint),
            back=_url(pk),
        )

    @fresh_identity_required
    def rotate(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, _CHANGE)
        endpoint = find_or_404(WebhookEndpoint, pk)

        def do() -> str:
            endpoints.rotate_secret(endpoint)
            return _("A new secret was created. The previous one stays valid for a while, so that the shop can switch.")

        return act(request, do, to=_url(pk, "secret"))

    @fresh_identity_required
    def end_previous(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, _CHANGE)
        endpoint = find_or_404(WebhookEndpoint, pk)

        def do() -> str:
            endpoints.end_previous_secret(endpoint)
            return _("Only the new secret is valid now.")

        return act(request, do, to=_url(pk, "secret"))

    def test(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, _REPLAY)
        endpoint = find_or_404(WebhookEndpoint, pk)

        def do() -> str:
            send_test(endpoint, actor=actor(request))
            return _("The test event is being sent. The answer appears in the log.")

        return act(request, do, to=_url(pk))

    def dry_run(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what would be sent about a thing."""
        self.require(request, _REPLAY)
        endpoint = find_or_404(WebhookEndpoint, pk)
        form = DryRunForm(request.GET or None)
        shown: dict[str, Any] = {}
        if form.is_valid():
            try:
                webhook = dry_run(endpoint, topic=form.cleaned_data["topic"], about=form.cleaned_data["about"])
                headers = webhook.masked().partition("\n\n")[0]
                shown = {"url": webhook.url, "headers": show_text(headers), "body": show_text(webhook.body.decode())}
            except InvalidInput as error:
                _add_errors(form, error)
        title = _("Dry run: %(endpoint)s") % {"endpoint": endpoint}
        return self.render(
            request, "webhooks/dry_run.html", title=title, endpoint=endpoint, form=form, shown=shown, back=_url(pk)
        )

    def try_now(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, _REPLAY)
        endpoint = find_or_404(WebhookEndpoint, pk)

        def do() -> str:
            try_now(endpoint)
            return _("Waiting events are being sent now.")

        return act(request, do, to=_url(pk))

    def replay(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send again what happened since a time."""
        self.require(request, _REPLAY)
        endpoint = find_or_404(WebhookEndpoint, pk)
        form = ReplayForm(request.POST or None)
        if request.method == "POST" and not form.is_valid():
            return self._show(request, endpoint, replay=form)

        def do() -> str:
            given = form.cleaned_data
            replay = replay_since(
                endpoint,
                given["since"],
                until=given["until"],
                only_failed=given["only_failed"],
                after=given["after"] or 0,
                actor=actor(request),
            )
            if replay.is_complete:
                text = ngettext(
                    "%(count)d event is being sent again.", "%(count)d events are being sent again.", replay.count
                )
                return text % {"count": replay.count}
            text = ngettext(
                "%(count)d event is being sent again, up to %(event)s. Send the rest from there.",
                "%(count)d events are being sent again, up to %(event)s. Send the rest from there.",
                replay.count,
            )
            return text % {"count": replay.count, "event": replay.last}

        return act(request, do, to=_url(pk))

    def _show(
        self, request: HttpRequest, endpoint: WebhookEndpoint, *, replay: ReplayForm | None = None
    ) -> HttpResponse:
        rows = WebhookDelivery.objects.filter(endpoint=endpoint).select_related("event").order_by("-pk")[:_SHOWN]
        begun = {"since": timezone.localtime() - timedelta(days=1)}
        return self.render(
            request,
            "webhooks/endpoint.html",
            title=str(endpoint),
            endpoint=endpoint,
            chip=endpoint.chip(),
            waiting=show_count(count_waiting([endpoint.pk])[endpoint.pk]),
            rows=[delivery_row(row) for row in rows],
            topics=[topic_label(topic) for topic in endpoint.topics],
            all_topics=len(TOPICS),
            previous_until=previous_until(endpoint),
            dry_run=DryRunForm(),
            replay=replay or ReplayForm(initial=begun),
            may_change=self.may(request, _CHANGE) and not endpoint.removed_at,
            may_remove=self.may(request, "delete_webhookendpoint") and not endpoint.removed_at,
            may_replay=self.may(request, _REPLAY) and not endpoint.removed_at,
        )


def _add_errors(form: Any, error: InvalidInput) -> None:
    for name, texts in error.errors.items():
        form.add_error(name if name in form.fields else None, texts)


def _url(pk: int, page: str = "change") -> str:
    return reverse(f"admin:webhooks_webhookendpoint_{page}", args=[pk])

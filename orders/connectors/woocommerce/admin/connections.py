"""Connections in the admin: the list, one of them, and all that can be done with it."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache

from backoffice.errors import DomainError, InvalidInput
from backoffice.staff.base import actor
from backoffice.staff.filter_form import FilterForm, choice_field
from backoffice.staff.list_page import ListPage
from backoffice.staff.pages import PagesAdmin, View, act, find_or_404
from backoffice.staff.recent_sign_in import fresh_identity_required
from backoffice.states import Chip
from backoffice.text.translatable import gettext as _
from orders.connectors.woocommerce.admin.forms import WooConnectionForm
from orders.connectors.woocommerce.admin.setup import is_set_up, steps_of
from orders.connectors.woocommerce.models import WooConnection, WooMessage, WooOrder, WooSending
from orders.connectors.woocommerce.services.connections import (
    TOPICS,
    add_connection,
    change_connection,
    check_connection,
    ensure_webhooks,
    set_up,
    webhook_url,
)
from orders.connectors.woocommerce.services.health import ATTENTION
from orders.connectors.woocommerce.services.mapping import count_proposals
from orders.connectors.woocommerce.services.stock_levels import count_products
from orders.connectors.woocommerce.services.stock_sending import send_all_again
from orders.models import Order, OrderState

_CHANGE = "change_wooconnection"
_SHOWN = 10


class WooConnectionFilters(FilterForm):
    """What connections can be filtered by."""

    CONDITIONS = {("attention", "1"): ATTENTION}
    HIDDEN = ("attention",)

    attention = choice_field("", [("1", "")])

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(url__icontains=text)


class WooConnectionList(ListPage[WooConnection]):
    title = gettext_lazy("WooCommerce")
    template_name = "woocommerce/connection_list.html"
    queryset = WooConnection.objects.select_related("shop").defer("credentials", "secret")
    filter_class = WooConnectionFilters
    views = ((gettext_lazy("All"), ""), (gettext_lazy("Needs attention"), "attention=1"))
    search_words = gettext_lazy("Address of the shop")
    empty_icon = "storefront"

    def get_rows(self, found: list[WooConnection]) -> list[dict[str, Any]]:
        return [{"connection": connection, "chip": connection.chip()} for connection in found]


@admin.register(WooConnection)
class WooConnectionAdmin(PagesAdmin):
    """Made and changed by people."""

    list_page = WooConnectionList

    def pages(self) -> list[tuple[str, str, View]]:
        return [
            ("new/", "new", self.new),
            ("<int:pk>/edit/", "edit", self.edit),
            ("<int:pk>/check/", "check", self.check_now),
            ("<int:pk>/webhooks/", "webhooks", self.webhooks),
            ("<int:pk>/secret/", "secret", self.secret),
            ("<int:pk>/setup/", "setup", self.set_up_now),
            ("<int:pk>/stock/", "stock", self.stock_again),
        ]

    def detail_view(self, request: HttpRequest, connection: WooConnection) -> HttpResponse:
        blocked = WooMessage.objects.filter(connection=connection, needs_attention=True)
        count = count_products(connection)
        unsent = WooSending.objects.filter(woo_order__connection=connection, needs_attention=True)
        return self.render(
            request,
            "woocommerce/connection.html",
            title=str(connection.shop),
            connection=connection,
            chip=connection.chip(),
            blocked=list(blocked.order_by("-pk")[:_SHOWN]),
            unsent=unsent.count(),
            newest=_newest(connection),
            count=count,
            proposals=count_proposals(connection) if count.unmapped else 0,
            steps=list(steps_of(connection, count)),
            is_set_up=is_set_up(connection),
            may_change=self.may(request, _CHANGE),
            may_map=self.may(request, "change_wooproduct"),
        )

    @fresh_identity_required
    def new(self, request: HttpRequest) -> HttpResponse:
        """Connect a shop."""
        self.require(request, "add_wooconnection")
        form = WooConnectionForm(request.POST or None, initial={"shop": request.GET.get("shop", "")})
        if request.method == "POST" and form.is_valid():
            try:
                made = add_connection(form.cleaned_data["shop"], form.values, actor=actor(request))
            except DomainError as error:
                _add_errors(form, error)
            else:
                # Kept whatever comes of it: what does not work is shown, and mended, on its page.
                return act(request, lambda: set_up(made), to=_url(made.pk))
        back = reverse("admin:woocommerce_wooconnection_changelist")
        return self.render(request, "woocommerce/form.html", title=_("Connect a shop"), form=form, back=back)

    @fresh_identity_required
    def edit(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Change what was chosen."""
        self.require(request, _CHANGE)
        connection = find_or_404(WooConnection, pk)
        form = WooConnectionForm(request.POST or None, connection=connection)
        if request.method == "POST" and form.is_valid():
            try:
                change_connection(connection, form.values)
            except DomainError as error:
                _add_errors(form, error)
            else:
                messages.success(request, _("Saved."))
                return HttpResponseRedirect(_url(pk))
        title = _("Edit %(endpoint)s") % {"endpoint": connection}
        return self.render(request, "woocommerce/form.html", title=title, form=form, back=_url(pk))

    def check_now(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, _CHANGE)
        connection = find_or_404(WooConnection, pk)
        return act(request, lambda: check_connection(connection), to=_url(pk))

    def webhooks(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, _CHANGE)
        connection = find_or_404(WooConnection, pk)

        def do() -> str:
            ensure_webhooks(connection, repair=True)
            return _("The webhooks are set up.")

        return act(request, do, to=_url(pk))

    @method_decorator(never_cache)
    @fresh_identity_required
    def secret(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show address and secret, for who sets webhooks up by hand."""
        self.require(request, _CHANGE)
        connection = find_or_404(WooConnection, pk)
        return self.render(
            request,
            "woocommerce/secret.html",
            title=_("Set up webhooks by hand"),
            address=webhook_url(connection),
            secret=connection.secret,
            topics=TOPICS,
            back=_url(pk),
        )

    def set_up_now(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Try the connection, have the webhooks made and the products read."""
        self.require(request, _CHANGE)
        connection = find_or_404(WooConnection, pk)
        return act(request, lambda: set_up(connection), to=_url(pk))

    def stock_again(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send the stock of all mapped products again."""
        self.require(request, _CHANGE)
        connection = find_or_404(WooConnection, pk)

        def do() -> str:
            count = send_all_again(connection)
            text = ngettext(
                "The stock of %(count)d product is sent.", "The stock of %(count)d products is sent.", count
            )
            return text % {"count": count}

        return act(request, do, to=_url(pk))


def _add_errors(form: Any, error: DomainError) -> None:
    if not isinstance(error, InvalidInput):
        form.add_error(None, error.text)
        return
    for name, texts in error.errors.items():
        form.add_error(name if name in form.fields else None, texts)


def _newest(connection: WooConnection) -> list[tuple[Order, Chip]]:
    """Return the orders that came in last."""
    rows = WooOrder.objects.filter(connection=connection, order__isnull=False).select_related("order")
    orders = [row.order for row in rows.order_by("-order_id")[:_SHOWN] if row.order is not None]
    return [(order, OrderState(order.state).chip()) for order in orders]


def _url(pk: int) -> str:
    return reverse("admin:woocommerce_wooconnection_change", args=[pk])

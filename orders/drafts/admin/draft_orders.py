"""Drafts in the admin: the list, the page on which an order is typed in, and what its buttons do."""

import secrets
from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy

from backoffice.accounts.models import Shop
from backoffice.errors import DomainError, IllegalTransition, InvalidInput
from backoffice.sight import PERSONAL_DATA
from backoffice.staff.base import actor, refuse
from backoffice.staff.filter_form import FilterForm
from backoffice.staff.list_page import ListPage
from backoffice.staff.pages import PagesAdmin, View, act, find_or_404, get_visible_or_404
from backoffice.staff.text_fields import searched_text
from backoffice.text.translatable import gettext as _
from backoffice.visibility import visible
from orders.admin.order_page.frame import order_url
from orders.drafts.admin import answers
from orders.drafts.admin.context import DraftPage, add_errors, build_page, page_fields
from orders.drafts.admin.posting import PostedDraft, find_repeated, find_shop, read_posted
from orders.drafts.models import DraftOrder, new_reference
from orders.drafts.services.contents import DraftContent, read_content
from orders.drafts.services.editing import DraftChanged, delete_draft
from orders.drafts.services.placing import place_draft
from orders.drafts.services.repeating import repeat_content
from orders.models import Order
from orders.services.intake.judging import OrderRefused


class DraftFilters(FilterForm):
    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(
            Q(customer__icontains=text)
            | Q(email__icontains=text)
            | Q(reference=text)
            | Q(shop_reference=text)
            | Q(repeats__number=text)
        )


class DraftList(ListPage[DraftOrder]):
    """What is still to be placed."""

    title = gettext_lazy("Drafts")
    template_name = "drafts/list.html"
    queryset = DraftOrder.objects.filter(order__isnull=True).select_related("shop", "repeats").defer("content")
    filter_class = DraftFilters
    search_words = gettext_lazy("Customer, e-mail, reference …")
    empty_icon = "edit_note"


@admin.register(DraftOrder)
class DraftOrderAdmin(PagesAdmin):
    """Whoever may take orders sees all drafts: a colleague goes on where another was called away."""

    sights = (PERSONAL_DATA,)
    list_page = DraftList

    def pages(self) -> list[tuple[str, str, View]]:
        return [
            ("new/", "new", self.new),
            ("save/", "save", answers.save),
            ("place/", "place", self.place),
            ("line/", "line", answers.line),
            ("products/", "products", answers.products),
            ("customers/", "customers", answers.customers),
            ("files/", "files", answers.files),
            ("<int:pk>/delete/", "remove", self.remove),
        ]

    def new(self, request: HttpRequest) -> HttpResponse:
        """Show an empty page, or an order once more (`?again=<key>`); nothing is kept before something is typed."""
        self.require(request, "add_draftorder")
        repeats = find_repeated(request, searched_text(request.GET, "again"))
        shop = repeats.shop if repeats else self._usual_shop(request)
        if shop is None:
            messages.warning(request, _("There is no shop yet. Create one first."))
            return HttpResponseRedirect(reverse("admin:orders_order_changelist"))
        content = repeat_content(repeats) if repeats else DraftContent()
        page = build_page(
            content, shop=shop, reference=new_reference(), version=0, editor=_new_editor(), repeats=repeats
        )
        return self._show(request, page)

    def detail_view(self, request: HttpRequest, draft: DraftOrder) -> HttpResponse:
        if draft.order_id is not None:
            return HttpResponseRedirect(order_url(draft.order_id))
        page = build_page(read_content(draft.content), shop=draft.shop, editor=_new_editor(), **_of(draft))
        return self._show(request, page)

    def place(self, request: HttpRequest) -> HttpResponse:
        """Make it an order; what is refused is said beside the fields, and the draft is kept."""
        self.require(request, "change_draftorder")
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            posted = read_posted(request)
            draft = self._keep(request, posted)
        except DraftChanged as error:
            return self._show_copy(request, posted, error)
        except DomainError as error:
            error.text = answers.spell_refusal(error)
            return refuse(request, error, to=reverse("admin:drafts_draftorder_changelist"))
        try:
            order = place_draft(draft, actor=actor(request), hold_invalid="hold" in request.POST)
        except InvalidInput as error:
            return self._show_refused(request, posted, draft, error)
        except DomainError as error:
            return refuse(request, error, to=reverse("admin:drafts_draftorder_change", args=[draft.pk]))
        messages.success(request, _("Order %(number)s placed.") % {"number": order.number})
        return HttpResponseRedirect(order_url(order.pk))

    def remove(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take the draft away."""
        self.require(request, "delete_draftorder")
        draft = find_or_404(DraftOrder, pk)

        def do() -> str:
            delete_draft(draft)
            return _("Draft deleted.")

        return act(request, do, to=reverse("admin:drafts_draftorder_changelist"))

    @staticmethod
    def _keep(request: HttpRequest, posted: PostedDraft) -> DraftOrder:
        """Save what was sent with the press; of a second press find the draft that is an order already."""
        try:
            return answers.keep_posted(posted, request)
        except IllegalTransition:
            return get_visible_or_404(DraftOrder, reference=posted.reference)

    def _usual_shop(self, request: HttpRequest) -> Shop | None:
        """Return the shop of the reader's last draft, else of the newest order."""
        last = DraftOrder.objects.filter(created_by=actor(request)).order_by("-pk").values_list("shop", flat=True)
        newest = visible(Order.objects.order_by("-pk")).values_list("shop", flat=True)
        key = last.first() or newest.first()
        return find_shop(str(key)) or visible(Shop.objects.order_by("pk")).first()

    def _show(self, request: HttpRequest, page: DraftPage, **shown: Any) -> HttpResponse:
        if page.repeats is not None:
            title = _("Order %(number)s again") % {"number": page.repeats.number}
        else:
            title = _("Draft: %(name)s") % {"name": page.draft} if page.draft else _("New order")
        context = {"page": page, "button": answers.place_label(page), **page_fields(page), **shown}
        may_delete = page.draft is not None and self.may(request, "delete_draftorder")
        return self.render(request, "drafts/draft.html", title=title, may_delete=may_delete, **context)

    def _show_refused(
        self, request: HttpRequest, posted: PostedDraft, draft: DraftOrder, error: InvalidInput
    ) -> HttpResponse:
        page = build_page(
            posted.content,
            shop=posted.shop,
            places=posted.places,
            is_strict=True,
            **_of(draft) | {"editor": posted.editor},
        )
        add_errors(page, error.errors)
        return self._show(request, page, refusal=error.text, may_hold=isinstance(error, OrderRefused))

    def _show_copy(self, request: HttpRequest, posted: PostedDraft, error: DraftChanged) -> HttpResponse:
        """Show what was typed as a draft of its own, and where the other one is."""
        page = build_page(
            posted.content,
            shop=posted.shop,
            places=posted.places,
            reference=new_reference(),
            version=0,
            editor=_new_editor(),
            repeats=posted.repeats,
        )
        other = visible(DraftOrder.objects.filter(reference=posted.reference)).first()
        return self._show(request, page, changed=error, other=other)


def _of(draft: DraftOrder) -> dict[str, Any]:
    return {
        "reference": draft.reference,
        "version": draft.version,
        "repeats": draft.repeats,
        "draft": draft,
        "updated_by": draft.updated_by,
        "updated_at": draft.updated_at,
    }


def _new_editor() -> str:
    """Return the name of one page that is open in one browser."""
    return secrets.token_hex(16)

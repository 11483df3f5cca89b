"""Customers in the admin: the list, the page of one by e-mail, notes, merging and separating."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import ngettext

from backoffice.errors import DomainError, InvalidInput
from backoffice.sight import PERSONAL_DATA
from backoffice.staff.base import actor, refuse
from backoffice.staff.keyset import read_key
from backoffice.staff.pages import PagesAdmin, View, act, find_or_404
from backoffice.staff.text_fields import searched_text
from backoffice.text.translatable import gettext as _
from backoffice.visibility import seen_shops
from orders.customers.admin.context import customer_url, read_customer, read_page
from orders.customers.admin.forms import LONGEST_EMAIL, CustomerNoteForm, MergeForm, PreferencesForm, forms_for
from orders.customers.admin.listing import CustomerList
from orders.customers.admin.parts import customer_parts
from orders.customers.models import Customer, CustomerMerge, CustomerNote
from orders.customers.services.bought import read_bought
from orders.customers.services.merging import can_merge, merge_customers, undo_merge
from orders.customers.services.notes import add_note, change_preferences, remove_note


@admin.register(Customer)
class CustomerAdmin(PagesAdmin):
    """Read from orders; what is written down beside them is a service each, kept in the customer's history."""

    sights = (PERSONAL_DATA,)
    list_page = CustomerList

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow reading to who may read orders too: the page is made of them."""
        return super().has_view_permission(request, obj) and request.user.has_perm("orders.view_order")

    def pages(self) -> list[tuple[str, str, View]]:
        return [
            ("of/", "page", self.page),
            ("note/", "note", self.note),
            ("note/<int:pk>/remove/", "remove_note", self.remove_note),
            ("preferences/", "preferences", self.preferences),
            ("merge/", "merge", self.merge),
            ("merge/<int:pk>/undo/", "undo_merge", self.undo_merge),
        ]

    def detail_view(self, request: HttpRequest, customer: Customer) -> HttpResponse:
        """Lead to the page by e-mail."""
        email = customer.emails.values_list("email", flat=True).first()
        return HttpResponseRedirect(customer_url(email) if email else reverse("admin:customers_customer_changelist"))

    def page(self, request: HttpRequest) -> HttpResponse:
        """Show everything known of who has the e-mail `?email=`."""
        self.require_view(request)
        return self._show(request, self._email(request))

    def note(self, request: HttpRequest) -> HttpResponse:
        """Keep a note."""

        def do(values: dict[str, Any]) -> str:
            add_note(values["email"], values["text"], actor=actor(request))
            return _("Note added.")

        return self._post(request, CustomerNoteForm, do, place="note_form")

    def preferences(self, request: HttpRequest) -> HttpResponse:
        """Keep what has to be known on top of each order."""

        def do(values: dict[str, Any]) -> str:
            texts = {name: values[name] for name in ("preferences", "before")}
            change_preferences(values["email"], texts["preferences"], before=texts["before"], actor=actor(request))
            return _("Preferences saved.")

        return self._post(request, PreferencesForm, do, place="preferences_form")

    def remove_note(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, "change_customer")
        note = find_or_404(CustomerNote, pk)
        email = note.customer.emails.values_list("email", flat=True).first() or ""

        def do() -> str:
            remove_note(note, actor=actor(request))
            return _("Note removed.")

        return act(request, do, to=customer_url(email))

    def merge(self, request: HttpRequest) -> HttpResponse:
        """Show both beside each other; then merge them."""
        self.require(request, "change_customer")
        form = MergeForm(request.POST if request.method == "POST" else request.GET)
        if not form.is_valid():
            return self._refuse(request, form, email=self._email(request))
        first, other = (read_customer(form.cleaned_data[name]) for name in ("email", "other"))
        _require_seen(first.email, other.email)
        if request.method == "POST":

            def do() -> str:
                merge_customers(first.email, other.email, actor=actor(request))
                return _("%(other)s was merged into this customer.") % {"other": other.email}

            return act(request, do, to=customer_url(first.email))
        unknown = other.bought.newest is None and other.person.customer is None
        text = _("No orders found for %(email)s.") % {"email": other.email} if unknown else ""
        refusal = text or can_merge(first.person, other.person).reason
        title = _("Are these the same customer?")
        both = (first, other)
        return self.render(
            request, "customers/merge.html", title=title, both=both, first=first, other=other, refusal=refusal,
            back=customer_url(first.email),
        )  # fmt: skip

    def undo_merge(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, "change_customer")
        merge = find_or_404(CustomerMerge, pk)

        def do() -> str:
            undo_merge(merge, actor=actor(request))
            names = ", ".join(merge.emails)
            return ngettext(
                "%(emails)s is a separate customer again.", "%(emails)s are a separate customer again.",
                len(merge.emails),
            ) % {"emails": names}  # fmt: skip

        return act(request, do, to=customer_url(self._email(request) or merge.emails[0]))

    def _post(
        self, request: HttpRequest, form_class: type[forms.Form], do: Callable[[dict[str, Any]], str], *, place: str
    ) -> HttpResponse:
        """Do it with what was typed; what is refused is shown again as it was typed."""
        self.require(request, "change_customer")
        email = self._email(request)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        _require_seen(email)
        form = form_class(request.POST)
        if form.is_valid():
            try:
                messages.success(request, do(form.cleaned_data))
                return HttpResponseRedirect(customer_url(email))
            except DomainError as error:
                form.add_error(None, error.text)
        return self._show(request, email, **{place: form})

    def _show(self, request: HttpRequest, email: str, **typed: forms.Form) -> HttpResponse:
        context = read_customer(email)
        customer = context.person.customer
        _require_seen(email)
        if context.bought.newest is None and customer is None:
            raise Http404
        may_change = self.may(request, "change_customer")
        return self.render(
            request,
            "customers/customer.html",
            title=context.name,
            customer=context,
            page=read_page(context, older=read_key(request.GET.get("older", "")), may_change=may_change),
            parts=customer_parts(request, context),
            may_change=may_change,
            preferences=customer.preferences if customer else "",
            **(forms_for(context) | typed),
        )

    def _refuse(self, request: HttpRequest, form: forms.Form, *, email: str) -> HttpResponse:
        texts = " ".join(str(text) for errors in form.errors.values() for text in errors)
        return refuse(request, InvalidInput(texts, errors={}), to=customer_url(email))

    def _email(self, request: HttpRequest) -> str:
        given = request.POST if request.method == "POST" else request.GET
        return searched_text(given, "email", most=LONGEST_EMAIL).lower()


def _require_seen(*emails: str) -> None:
    """Raise Http404 where one of them has not ordered in a shop that the reader sees."""
    if seen_shops() is not None and any(read_bought((email,), most=1).newest is None for email in emails):
        raise Http404

"""Privacy in the admin: what is held of somebody, copies and erasures, and what vendors have."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from backoffice.accounts.services.visibility import visible_shops
from backoffice.engine.services.files import open_file
from backoffice.errors import DomainError
from backoffice.privacy.admin.forms import ErasureForm, address_of, read_meant
from backoffice.privacy.admin.listing import RequestList
from backoffice.privacy.models import PrivacyRequest, RequestKind, RequestState, VendorErasure
from backoffice.privacy.person import DataSubject
from backoffice.privacy.registry import holder_of
from backoffice.privacy.services import requests
from backoffice.privacy.services.finding import preview
from backoffice.privacy.services.records import record_of
from backoffice.privacy.services.requests import Meant
from backoffice.privacy.services.vendors import letter_of, note_done, vendors_of
from backoffice.sight import PERSONAL_DATA
from backoffice.staff.base import actor, refuse
from backoffice.staff.pages import PagesAdmin, View, act, find_or_404
from backoffice.staff.recent_sign_in import require_fresh_identity
from backoffice.text.translatable import gettext as _
from backoffice.web.file_answers import streamed

LIST = "admin:privacy_privacyrequest_changelist"


@admin.register(PrivacyRequest)
class PrivacyRequestAdmin(PagesAdmin):
    """Made and worked on by services; a person is of all shops, so who sees some of them only is kept out."""

    sights = (PERSONAL_DATA,)
    list_page = RequestList

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow it to who sees all shops, and names at all."""
        is_whole = visible_shops(request.user) is None and request.user.has_perm(PERSONAL_DATA)
        return super().has_view_permission(request, obj) and is_whole

    def pages(self) -> list[tuple[str, str, View]]:
        return [
            ("person/", "person", self.person),
            ("copy/", "copy", self.copy),
            ("erase/", "erase", self.erase),
            ("<int:pk>/file/", "file", self.file),
            ("<int:pk>/withdraw/", "withdraw", self.withdraw),
            ("<int:pk>/again/", "again", self.again),
            ("vendor/<int:pk>/done/", "vendor_done", self.vendor_done),
            ("record/", "record", self.record),
        ]

    def detail_view(self, request: HttpRequest, row: PrivacyRequest) -> HttpResponse:
        """Show how far a request is, what was found, and what vendors still have."""
        held = [(holder, count) for label, count in row.counts.items() if count and (holder := holder_of(label))]
        asked = [(one, letter_of(one) if one.done_at is None else "") for one in row.vendor_erasures.all()]
        return self.render(
            request,
            "privacy/request.html",
            title=str(row),
            row=row,
            held=held,
            asked=asked,
            may_erase=self.may(request, "erase_person"),
            may_fetch=self.may(request, "export_person") and row.is_kept,
            may_try_again=self._may_ask(request, row) and bool(requests.can_try_again(row)),
            may_withdraw=self._may_ask(request, row) and row.state in (RequestState.WAITING, RequestState.POSTPONED),
        )

    def person(self, request: HttpRequest) -> HttpResponse:
        """Show what is held of somebody, and what can be done."""
        self.require_view(request)
        meant, person = self._meant(request)
        return self.render(
            request,
            "privacy/person.html",
            title=meant.title,
            meant=meant,
            query=address_of(meant.emails, meant.rows),
            rows=[f"{label}:{key}" for label, key in meant.rows],
            held=preview(person),
            person=person,
            vendors=vendors_of(person),
            obstacles=requests.obstacles(person),
            may_export=self.may(request, "export_person"),
            may_erase=self.may(request, "erase_person"),
        )

    def copy(self, request: HttpRequest) -> HttpResponse:
        """Have a copy made of all that is known of somebody."""
        self.require(request, "export_person")
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        require_fresh_identity(request)
        meant, _person = self._meant(request)

        def do() -> PrivacyRequest:
            return requests.ask_for_copy(meant, actor=actor(request))

        return self._asked(request, do, _("The copy is being created."))

    def erase(self, request: HttpRequest) -> HttpResponse:
        """Ask for the reason, then have somebody erased."""
        self.require(request, "erase_person")
        require_fresh_identity(request)
        meant, person = self._meant(request)
        obstacles = requests.obstacles(person)
        form = ErasureForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():

            def do() -> PrivacyRequest:
                reason, wait = form.cleaned_data["reason"], "wait" in request.POST
                return requests.ask_for_erasure(meant, reason=reason, actor=actor(request), wait=wait)

            return self._asked(request, do, _("The erasure has begun."))
        return self.render(
            request,
            "privacy/erase.html",
            title=_("Erase %(name)s?") % {"name": meant.title},
            meant=meant,
            rows=[f"{label}:{key}" for label, key in meant.rows],
            back=f"{reverse('admin:privacy_privacyrequest_person')}?{address_of(meant.emails, meant.rows)}",
            form=form,
            obstacles=obstacles,
            vendors=vendors_of(person),
            orders=len(person.keys["orders.order"]),
            given=len(person.givers.keys["orders.order"]) if person.givers else 0,
        )

    def file(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Give out the copy."""
        self.require(request, "export_person")
        require_fresh_identity(request)
        row = find_or_404(PrivacyRequest, pk)
        try:
            answer = streamed(open_file(row), as_attachment=True, filename=f"personal-data-{row.pk}.zip")
        except FileNotFoundError:
            messages.error(request, _("The file was deleted. Request another copy."))
            return HttpResponseRedirect(_url(row))
        answer["X-Content-Type-Options"], answer["Cache-Control"] = "nosniff", "private, no-store"
        return answer

    def withdraw(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require_view(request)
        row = find_or_404(PrivacyRequest, pk)
        if not self._may_ask(request, row):
            raise PermissionDenied

        def do() -> str:
            requests.withdraw(pk)
            return _("Withdrawn.")

        return act(request, do, to=_url(row))

    def again(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Have a request that failed go on."""
        self.require_view(request)
        row = find_or_404(PrivacyRequest, pk)
        if not self._may_ask(request, row):
            raise PermissionDenied

        def do() -> str:
            requests.try_again(pk)
            return _("It is being tried again.")

        return act(request, do, to=_url(row))

    def vendor_done(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Note that a vendor has erased it."""
        self.require(request, "erase_person")
        row = find_or_404(VendorErasure, pk)

        def do() -> str:
            note_done(pk, actor=actor(request))
            return _("Marked as done.")

        return act(request, do, to=_url(row.request))

    def record(self, request: HttpRequest) -> HttpResponse:
        """Show the record of processing."""
        self.require_view(request)
        return self.render(request, "privacy/record.html", title=_("Record of processing"), record=record_of())

    def _meant(self, request: HttpRequest) -> tuple[Meant, DataSubject]:
        """Return whom the reader means, with all that follows. Raise Http404 where nothing is known of anybody."""
        meant = read_meant(request)
        if meant is None:
            raise Http404
        person = meant.person()
        names = sorted(" ".join(name).strip() for name in person.names)
        title = next(filter(None, names), "") or next(iter(sorted(person.emails)), "")
        if not title:
            raise Http404
        return Meant(title, meant.emails, meant.rows), person

    def _may_ask(self, request: HttpRequest, row: PrivacyRequest) -> bool:
        return self.may(request, "export_person" if row.kind == RequestKind.EXPORT else "erase_person")

    def _asked(self, request: HttpRequest, do: Callable[[], PrivacyRequest], text: str) -> HttpResponse:
        try:
            row = do()
        except DomainError as error:
            return refuse(request, error, to=reverse(LIST))
        messages.success(request, text)
        return HttpResponseRedirect(_url(row))

    def shown_rows(self, row: PrivacyRequest) -> list[Any]:
        return [*super().shown_rows(row), row.vendor_erasures.all()]


def _url(row: PrivacyRequest) -> str:
    return reverse("admin:privacy_privacyrequest_change", args=[row.pk])

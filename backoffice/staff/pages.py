"""Pages of their own for rows that staff read and act upon: facts above, actions by services, refusals in words."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from backoffice.errors import DomainError
from backoffice.replica import tolerates_lag
from backoffice.staff.base import FactsAdmin, refuse
from backoffice.staff.list_page import ListPage
from backoffice.staff.live import live_version, row_versions
from backoffice.visibility import visible

View = Callable[..., HttpResponseBase]
M = TypeVar("M", bound=Model)


class PagesAdmin(FactsAdmin):
    """The list of rows is a `list_page`, the page of one is `detail_view`; both need the right to see rows.

    `pages()` adds pages below the list as (route, name, view); names get the model's prefix.
    """

    list_page: type[ListPage[Any]]

    def pages(self) -> list[tuple[str, str, View]]:
        return []

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(route, self.admin_site.admin_view(view), name=f"{self.opts.app_label}_{self.opts.model_name}_{name}")
            for route, name, view in self.pages()
        ]
        return own + super().get_urls()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return self.show_list(request, self.list_page)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self.require_view(request)
        row = find_or_404(self.model, object_id)
        live = live_version(row_versions(*self.shown_rows(row)))
        if unchanged := live.unchanged(request):
            return unchanged
        response = self.detail_view(request, row)
        if isinstance(response, TemplateResponse) and response.context_data is not None:
            response.context_data["live"] = live
        return response

    def shown_rows(self, row: Any) -> list[QuerySet[Any]]:
        """Return the rows that its page shows: when one of them changes, open pages are renewed."""
        return [self.model._default_manager.filter(pk=row.pk)]

    def detail_view(self, request: HttpRequest, row: Any, /) -> HttpResponse:
        raise NotImplementedError

    @tolerates_lag
    def show_list(self, request: HttpRequest, list_page: type[ListPage[Any]]) -> HttpResponse:
        self.require_view(request)
        shown = list_page(request)
        if address := shown.get_redirect():
            return HttpResponseRedirect(address)
        live = shown.get_version()
        return live.unchanged(request) or self.render(
            request, shown.template_name, title=shown.title, live=live, **shown.get_context_data()
        )

    def require_view(self, request: HttpRequest) -> None:
        """Raise PermissionDenied unless the reader may see the rows."""
        if not self.has_view_permission(request):
            raise PermissionDenied

    def render(self, request: HttpRequest, template: str, *, title: Any, **context: Any) -> TemplateResponse:
        """Render a page in the frame of the admin; its title is the heading: "Change sets" would name six pages."""
        frame = self.admin_site.each_context(request)
        return TemplateResponse(request, template, {**frame, "title": title, **context})

    def require(self, request: HttpRequest, permission: str) -> None:
        """Raise PermissionDenied unless the reader may, besides seeing the rows, do this ("resend_push")."""
        self.require_view(request)
        if not self.may(request, permission):
            raise PermissionDenied

    def may(self, request: HttpRequest, permission: str) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.{permission}")


def find_or_404(model: type[M], pk: Any) -> M:
    """Return the row. Raise Http404, also for what cannot be a key, and for what its reader does not see."""
    try:
        row = visible(model._default_manager.filter(pk=pk)).first()
    except (ValueError, OverflowError):
        row = None
    if row is None:
        raise Http404
    return row


def get_visible_or_404(rows: type[M] | QuerySet[M], **which: Any) -> M:
    """Return the one row. Raise Http404 where there is none, or none that its reader sees."""
    queryset = rows.all() if isinstance(rows, QuerySet) else rows._default_manager.all()
    return get_object_or_404(visible(queryset), **which)


def act(request: HttpRequest, do: Callable[[], str], *, to: str) -> HttpResponse:
    """Do it and say so on the page `to`; a refusal is said there instead, and nothing has changed."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        text = do()
    except DomainError as error:
        return refuse(request, error, to=to)
    messages.success(request, text)
    return HttpResponseRedirect(to)

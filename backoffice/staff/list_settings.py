"""What people keep of a list: views with a name for the team, columns and density for themselves."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.views.decorators.http import require_POST

from backoffice.errors import InvalidInput
from backoffice.staff.base import staff_user
from backoffice.staff.list_page import LISTS, ListPage, canonical
from backoffice.staff.marks import back_to
from backoffice.staff.models import ListSetting, SavedView
from backoffice.staff.pages import get_visible_or_404
from backoffice.staff.text_fields import posted_text
from backoffice.text.translatable import gettext as _

LONGEST_NAME = SavedView._meta.get_field("name").max_length
LONGEST_QUERY = SavedView._meta.get_field("query").max_length


@require_POST
def save_view(request: HttpRequest, key: str) -> HttpResponse:
    """Keep `filters` as `name` for all who see the list; a view of that name is replaced."""
    page = _list(request, key)
    address = back_to(request, "admin:index")
    try:
        name = posted_text(request.POST, "name")
    except InvalidInput as error:
        messages.error(request, error.text)
        return HttpResponseRedirect(address)
    query = canonical(QueryDict(request.POST.get("filters", "")))
    if not name or not query or len(name) > (LONGEST_NAME or 0) or len(query) > (LONGEST_QUERY or 0):
        messages.error(request, _("A view needs a name of up to 40 characters and at least one filter."))
        return HttpResponseRedirect(address)
    values = {"query": query, "created_by": staff_user(request)}
    SavedView.objects.update_or_create(list_key=page.key, name=name, defaults=values)
    return HttpResponseRedirect(f"{address.partition('?')[0]}?{query}")


@require_POST
def delete_view(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Remove a view for everybody: only who made it, or who may change the list's rows, may."""
    page = _list(request, key)
    view = get_visible_or_404(SavedView, list_key=page.key, pk=pk)
    if view.created_by_id != request.user.pk and not request.user.has_perm(page.change_permission):
        raise PermissionDenied
    view.delete()
    return HttpResponseRedirect(back_to(request, "admin:index").partition("?")[0])


@require_POST
def save_settings(request: HttpRequest, key: str) -> HttpResponse:
    """Keep which columns the reader sees in the list (`column`, several), and how close rows stand (`compact`)."""
    page = _list(request, key)
    shown = set(request.POST.getlist("column"))
    hidden = [column for column, _title in page.columns if column not in shown]
    values = {"hidden_columns": hidden, "compact": request.POST.get("compact") == "1"}
    ListSetting.objects.update_or_create(user=staff_user(request), list_key=page.key, defaults=values)
    return HttpResponseRedirect(back_to(request, "admin:index"))


def _list(request: HttpRequest, key: str) -> type[ListPage[Any]]:
    """Return the list. Raise Http404, and PermissionDenied for who may not see it."""
    if key not in LISTS:
        raise Http404
    if not request.user.has_perm(LISTS[key].permission):
        raise PermissionDenied
    return LISTS[key]

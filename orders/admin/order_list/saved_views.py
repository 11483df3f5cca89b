"""Keep the filters of the list under a name, for the whole team."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from backoffice.errors import InvalidInput
from backoffice.staff.base import refuse, staff_user
from backoffice.staff.list_page import canonical
from backoffice.staff.text_fields import posted_text
from backoffice.text.translatable import gettext as _
from orders.models import SavedView

LONGEST_NAME = 40
LONGEST_QUERY = 500


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep `filters` as `name`; a view of that name is replaced."""
    if not request.user.has_perm("orders.view_order"):
        raise PermissionDenied
    try:
        name = posted_text(request.POST, "name")
    except InvalidInput as error:
        return refuse(request, error, to=reverse("admin:orders_order_changelist"))
    query = canonical(QueryDict(request.POST.get("filters", "")))
    if not name or not query or len(name) > LONGEST_NAME or len(query) > LONGEST_QUERY:
        messages.error(request, _("A view needs a name of up to 40 characters and at least one filter."))
    else:
        SavedView.objects.update_or_create(name=name, defaults={"query": query, "created_by": staff_user(request)})
    return HttpResponseRedirect(f"{reverse('admin:orders_order_changelist')}?{query}")


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a view for everybody: only who made it, or who may change orders, may."""
    view = get_object_or_404(SavedView, pk=pk)
    if view.created_by_id != request.user.pk and not request.user.has_perm("orders.change_order"):
        raise PermissionDenied
    view.delete()
    return HttpResponseRedirect(reverse("admin:orders_order_changelist"))

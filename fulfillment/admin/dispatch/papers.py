"""The papers of a selection: which labels are here, fetching the others, and all of it as one PDF in picking order."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from backoffice.errors import DomainError
from backoffice.files.types import PDF
from backoffice.staff.base import actor, refuse
from backoffice.staff.marks import marked_keys
from backoffice.text.translatable import gettext as _
from backoffice.web.file_answers import file_response
from fulfillment.admin.production_page.chips import label_chip, marks
from fulfillment.admin.production_page.guard import desk_page, may_open, require_dispatch
from fulfillment.admin.production_page.labels import FetchForm
from fulfillment.models import LabelState, ProductionOrder
from fulfillment.services.picking import begin_batch, find_batch, unprintable_letters

# Two pages of the work list; more would keep the browser waiting for its PDF.
MOST = 100


def papers(request: HttpRequest) -> HttpResponse:
    """Show what the papers of the marked orders are made of and what is still missing. Looking changes nothing."""
    require_dispatch(request)
    if request.method == "POST":  # the marks of the work list become an address that can be opened again
        return HttpResponseRedirect(_page(_marked(request.POST)))
    keys = _marked(request.GET)
    batch = find_batch(keys)
    waiting = [label for label in batch.fetching if label.can_fetch()]
    coming = [label for label in batch.fetching if label.state == LabelState.ASKED]
    button = ngettext(
        "Fetch %(count)s label and announce its parcel for today",
        "Fetch %(count)s labels and announce their parcels for today",
        len(waiting),
    )
    return desk_page(
        request,
        "fulfillment/papers.html",
        title=_("Order documents"),
        rows=[_row(order) for order in batch.orders],
        unprintable=[(order, letters) for order in batch.orders if (letters := unprintable_letters(order))],
        keys=keys,
        waiting=waiting,
        coming=coming,
        stuck=batch.stuck,
        cancelled=batch.cancelled,
        slips_coming=[file for file in batch.missing_slips if file.is_coming and not file.needs_attention],
        slips_stuck=[file for file in batch.missing_slips if file.needs_attention or not file.is_coming],
        is_ready=batch.is_ready,
        button=button % {"count": len(waiting)},
        form=FetchForm(initial={"dispatch_on": timezone.localdate()}),
        today=timezone.localdate(),
        pdf=f"{reverse('admin:fulfillment_productionorder_papers_pdf')}?{_query(keys)}",
        may_open=may_open(request),
    )


@require_POST
def fetch(request: HttpRequest) -> HttpResponse:
    """Fetch all labels of the orders, each once; their parcels are announced for today."""
    require_dispatch(request)
    keys = _marked(request.POST)
    form = FetchForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The page was out of date. Review it again."))
        return HttpResponseRedirect(_page(keys))
    try:
        batch, problems = begin_batch(keys, actor=actor(request), dispatch_on=form.cleaned_data["dispatch_on"])
    except DomainError as error:
        return refuse(request, error, to=_page(keys))
    for problem in problems:
        messages.error(request, problem)
    count = sum(label.state == LabelState.ASKED for label in batch.fetching)
    text = ngettext("%(count)s label is being fetched.", "%(count)s labels are being fetched.", count)
    messages.success(request, text % {"count": count})
    return HttpResponseRedirect(_page(keys))


def pdf(request: HttpRequest) -> HttpResponseBase:
    """Return pick list, slips and labels as one PDF of our copies, as often as needed."""
    require_dispatch(request)
    if not may_open(request):
        raise PermissionDenied
    keys = _marked(request.GET)
    try:
        from fulfillment.services.papers import merge_papers  # heavy to load, and used by this page only

        content = merge_papers(find_batch(keys), without_missing="without_missing" in request.GET)
    except DomainError as error:
        return refuse(request, error, to=_page(keys))
    return file_response(content, content_type=PDF, name=f"papers-{timezone.localtime():%Y-%m-%d-%H%M}")


def _row(order: ProductionOrder) -> dict[str, Any]:
    return {
        "order": order,
        "marks": marks(order),
        "items": [item for item in order.items.all() if item.remaining],
        "labels": [(label, label_chip(label)) for label in order.labels.all()],
        "has_slip": bool(order.files.all()),
        "is_slip_missing": any(not file.is_kept for file in order.files.all()),
    }


def _marked(given: QueryDict) -> list[int]:
    return marked_keys(given, "order", most=MOST)


def _query(keys: list[int]) -> str:
    return urlencode([("order", key) for key in keys])


def _page(keys: list[int]) -> str:
    return f"{reverse('admin:fulfillment_productionorder_papers')}?{_query(keys)}"

"""Splitting an order by its lines and pieces, and merging others of the same recipient into it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from backoffice.amounts import money
from backoffice.errors import DomainError, InvalidInput
from backoffice.staff.base import actor
from backoffice.text.translatable import gettext as _
from orders.admin.order_page.frame import Pages, find_order, order_url, posted_revision, render
from orders.admin.regrouping.split_desk import SplitDesk, split_outcome
from orders.models import Order
from orders.services.regrouping.candidates import find_candidates
from orders.services.regrouping.eligibility import can_regroup_one, can_split
from orders.services.regrouping.input import MOST_MERGED
from orders.services.regrouping.merging import merge_orders
from orders.services.regrouping.splitting import split_order

_LARGEST = 2**63 - 1


def split(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask which pieces go; then make them an order of their own."""
    order = find_order(request, pk)
    desk = SplitDesk(order, request.POST if request.method == "POST" else None)
    if request.method == "POST" and desk.is_readable:
        try:
            made = split_order(
                order,
                desk.split,
                actor=actor(request),
                revision=posted_revision(request.POST),
                anyway=request.POST.get("save") == "anyway",
            )
        except InvalidInput as error:
            desk.add_errors(error.errors or {"": [error.text]})
        except DomainError as error:
            desk.errors.append(error.text)
        else:
            numbers = {"number": made.kept.number, "new": made.new.number, "state": made.new.get_state_display()}
            messages.success(request, _("%(new)s was split from %(number)s. Status: %(state)s.") % numbers)
            return HttpResponseRedirect(order_url(made.new.pk))
    return render(
        request,
        "orders/regrouping/split.html",
        order,
        title=_("Split order %(number)s") % {"number": order.number},
        desk=desk,
        refusal=can_split(order).reason,
        outcome=split_outcome(order, desk),
    )


@require_POST
def preview_split(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what stays and what goes: a part of the page."""
    order = find_order(request, pk)
    outcome = split_outcome(order, SplitDesk(order, request.POST))
    return TemplateResponse(request, "orders/regrouping/split_outcome.html", {"order": order, "outcome": outcome})


def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the customer's other open orders of the same recipient; then make the chosen ones part of this one."""
    order = find_order(request, pk)
    chosen = _chosen(request.POST if request.method == "POST" else request.GET)
    problem = ""
    if request.method == "POST":
        try:
            merged = merge_orders(order, chosen, actor=actor(request), revision=posted_revision(request.POST))
        except InvalidInput as error:
            problem = " ".join([error.text, *(text for texts in error.errors.values() for text in texts)])
        except DomainError as error:
            problem = error.text
        else:
            count = len(chosen)
            text = ngettext(
                "%(count)s order was merged into %(number)s.", "%(count)s orders were merged into %(number)s.", count
            )
            messages.success(request, text % {"count": count, "number": merged.number})
            return HttpResponseRedirect(order_url(pk))
    candidates = find_candidates(order)
    return render(
        request,
        "orders/regrouping/merge.html",
        order,
        title=_("Merge orders into %(number)s") % {"number": order.number},
        candidates=candidates,
        chosen=chosen,
        problem=problem,
        refusal=can_regroup_one(order, merging=True).reason,
        **_merge_outcome(order, [one.order for one in candidates if one.order.pk in chosen]),
    )


@require_POST
def preview_merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what the order is then: a part of the page."""
    order = find_order(request, pk)
    chosen = _chosen(request.POST)
    others = [one.order for one in find_candidates(order) if one.order.pk in chosen and not one.refusal]
    context = {"order": order, **_merge_outcome(order, others)}
    return TemplateResponse(request, "orders/regrouping/merge_outcome.html", context)


def _merge_outcome(order: Order, others: list[Order]) -> dict[str, Any]:
    lines = [line for one in (order, *others) for line in one.lines.all()]
    total = money(sum((one.total for one in others), order.total), order.currency)
    count = len(others)
    text = ngettext("Merge %(count)s order, %(total)s in total", "Merge %(count)s orders, %(total)s in total", count)
    return {
        "others": others,
        "line_count": len(lines),
        "pieces": sum(line.quantity for line in lines),
        "merged_total": total,
        "button": text % {"count": count, "total": total} if others else _("Merge"),
    }


def _chosen(given: QueryDict) -> list[int]:
    """Return the keys of the marked orders; what is no key is left out."""
    texts = list(dict.fromkeys(given.getlist("order")))[:MOST_MERGED]
    return [int(text) for text in texts if text.isascii() and text.isdigit() and int(text) <= _LARGEST]


PAGES: Pages = [
    ("<int:pk>/split/", "split", split),
    ("<int:pk>/split/preview/", "split_preview", preview_split),
    ("<int:pk>/merge/", "merge", merge),
    ("<int:pk>/merge/preview/", "merge_preview", preview_merge),
]

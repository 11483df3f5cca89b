"""Editing one order: the forms, what they would change, and saving it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from backoffice.errors import DomainError, InvalidInput, Outdated, merge
from backoffice.sight import PERSONAL_DATA, require_sight
from backoffice.staff.base import actor
from backoffice.staff.text_fields import posted_text, searched_text
from backoffice.text.structs import Text
from backoffice.text.translatable import gettext as _
from orders.admin.order_edit.desk import EditDesk
from orders.admin.order_page.frame import Pages, find_order, order_url, posted_revision, render
from orders.admin.product_search import find_products
from orders.models import Order, OrderState
from orders.services.change_labels import show_changes
from orders.services.editing.edits import can_edit, edit_order, preview_edit
from orders.services.editing.preview import EditPreview
from orders.services.holds import active_holds

LONGEST_PATH = 200


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the order's forms; save what was changed, or show what stands against it."""
    require_sight(PERSONAL_DATA)
    order = find_order(request, pk)
    if request.method != "POST":
        desk = EditDesk(order)
        desk.focus(posted_text(request.GET, "field", kind=Text.LINE, most=LONGEST_PATH))
        return _show(request, order, desk)
    desk = EditDesk.posted(order, data=request.POST, files=request.FILES)
    if not desk.is_valid():
        return _show(request, order, desk)
    try:
        edited = edit_order(
            order,
            desk.changes(keep_uploads=True),
            actor=actor(request),
            revision=posted_revision(request.POST),
            anyway=request.POST.get("save") == "anyway",
            release=request.POST.get("save") != "hold",
        )
    except Outdated:
        fresh = desk.rebased()
        return _show(request, fresh.order, fresh, outdated=True)
    except InvalidInput as error:
        may_override = _may_override(order, desk)  # first: a field with a complaint has no value any more
        desk.add_errors(error.errors)
        suggestions = error.details.get("suggestions", {})
        return _show(request, order, desk, may_override=may_override, suggestions=suggestions)
    except DomainError as error:
        desk.errors.append(error.text)
        return _show(request, order, desk)
    messages.success(request, _saved_text(edited, before=order))
    return HttpResponseRedirect(order_url(pk))


@require_POST
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what would change, in total and margin: a part of the page."""
    require_sight(PERSONAL_DATA)
    order = find_order(request, pk)
    desk = EditDesk.posted(order, data=request.POST)
    found, problem = None, _("Fill in what is missing or marked to see the comparison.")
    if desk.is_valid():
        problem = ""
        try:
            found = preview_edit(order, desk.changes(keep_uploads=False))
        except DomainError as error:
            problem = error.text
    marks = desk.places(found.findings.complaints) if found else []
    context = {"order": order, "problem": problem, "marks": marks, "is_preview": True, **_preview_context(found)}
    return TemplateResponse(request, "orders/edit/changes.html", context)


@require_safe
def products(request: HttpRequest, pk: int) -> HttpResponse:
    """Return what can be ordered and is found by the text, at the quantity of the line."""
    order = find_order(request, pk)
    typed = posted_text(request.GET, "quantity", kind=Text.CODE, most=9)
    quantity = int(typed) if typed.isascii() and typed.isdigit() else 0
    return JsonResponse({
        "results": find_products(searched_text(request.GET, "q"), shop=order.shop, quantity=quantity)
    })  # fmt: skip


def _show(request: HttpRequest, order: Order, desk: EditDesk, **context: Any) -> HttpResponse:
    holds = list(active_holds(order))
    return render(
        request,
        "orders/edit.html",
        order,
        title=_("Edit order %(number)s") % {"number": order.number},
        desk=desk,
        refusal=can_edit(order).reason,
        holds=holds,
        held_marks=desk.places(merge(*(hold.errors for hold in holds))),
        goes_out=order.state == OrderState.HELD,
        **_preview_context(None),
        **context,
    )


def _preview_context(found: EditPreview | None) -> dict[str, Any]:
    """Return the changes in words; the total stands beside them already."""
    shown = show_changes(found.changes) if found else []
    return {"found": found, "shown": [change for change in shown if change.path != "total"]}


def _may_override(order: Order, desk: EditDesk) -> bool:
    """Return whether only the catalogue stands against it, which a person may pass over."""
    try:
        found = preview_edit(order, desk.changes(keep_uploads=False)).findings
    except DomainError:
        return False
    return bool(found.overridable) and not found.errors


def _saved_text(edited: Order, *, before: Order) -> str:
    if edited.revision == before.revision:
        return _("Nothing was changed.")
    params = {"number": edited.number, "state": edited.get_state_display()}
    if edited.state == OrderState.RELEASED:
        return _("Order %(number)s is saved and is being sent to its vendors.") % params
    return _("Order %(number)s is saved. Status: %(state)s.") % params


PAGES: Pages = [
    ("<int:pk>/edit/", "edit", edit),
    ("<int:pk>/edit/preview/", "edit_preview", preview),
    ("<int:pk>/edit/products/", "edit_products", products),
]

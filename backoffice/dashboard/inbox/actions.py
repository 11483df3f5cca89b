"""What can be done with an item right in the inbox: snooze, assign to me, dismiss. Each is one POST and leads back."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from backoffice.dashboard.inbox import snoozes
from backoffice.dashboard.inbox.listing import order_of
from backoffice.dashboard.inbox.registry import kind_named
from backoffice.dashboard.kind import InboxKind
from backoffice.errors import Conflict
from backoffice.staff.base import actor, staff_user
from backoffice.staff.marks import back_to
from backoffice.staff.pages import act
from backoffice.text.translatable import gettext as _
from orders.models import Order
from orders.services.annotations import assign_order


def snooze(request: HttpRequest, kind: str, key: int) -> HttpResponse:
    """Hide the item from the reader until 8 o'clock on the day that was chosen."""
    found, user = _kind(request, kind), staff_user(request)

    def do() -> str:
        _row(request, found, key)
        snoozes.snooze(user, kind=found.name, key=key, until=snoozes.morning_of(request.POST.get("until", "")))
        return _("Snoozed.")

    return _act(request, do)


def wake(request: HttpRequest, kind: str, key: int) -> HttpResponse:
    """Show the item to the reader again."""
    found, user = _kind(request, kind), staff_user(request)

    def do() -> str:
        snoozes.wake(user, kind=found.name, key=key)
        return _("Back in the inbox.")

    return _act(request, do)


def assign(request: HttpRequest, kind: str, key: int) -> HttpResponse:
    """Assign the order of the item to the reader."""
    found, user = _kind(request, kind), staff_user(request)
    _require(request, "orders.change_order")

    def do() -> str:
        pk = order_of(found, _row(request, found, key))
        if pk is None:
            raise Conflict(_("This cannot be assigned."))
        order = assign_order(Order.objects.get(pk=pk), assignee=user, actor=actor(request))
        return _("%(number)s is assigned to you.") % {"number": order.number}

    return _act(request, do)


def dismiss(request: HttpRequest, kind: str, key: int) -> HttpResponse:
    """Set the item aside: done, or not to be done."""
    found = _kind(request, kind)
    dismissal = found.dismissal
    if dismissal is None:
        raise Http404
    _require(request, dismissal.permission)

    def do() -> str:
        dismissal.do(_row(request, found, key), actor(request))
        return _("Done.")

    return _act(request, do)


def _kind(request: HttpRequest, name: str) -> InboxKind:
    """Return the kind, with which alone something can be done here. Raise Http404 for what the reader may not see."""
    kind = kind_named(name, user=request.user)
    if not isinstance(kind, InboxKind):
        raise Http404
    return kind


def _row(request: HttpRequest, kind: InboxKind, key: int) -> Any:
    """Return the row. Raise Conflict when it needs nobody any more."""
    row = kind.rows_for(request.user).select_related(*kind.related).filter(pk=key).first()
    if row is None:
        raise Conflict(_("Someone else has already dealt with this: it no longer needs attention."))
    return row


def _require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _act(request: HttpRequest, do: Callable[[], str]) -> HttpResponse:
    return act(request, do, to=back_to(request, "admin:index"))

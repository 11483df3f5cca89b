"""What the pages below one order share: who may open them, their frame, and a form that calls one service."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse

from backoffice.errors import DomainError, InvalidInput, Outdated
from backoffice.staff.base import refuse
from backoffice.staff.marks import came_from
from backoffice.staff.pages import View, get_visible_or_404
from orders.models import Order

# (route below the list of orders, name, view)
Pages = list[tuple[str, str, View]]


def require(request: HttpRequest, permission: str) -> None:
    """Raise PermissionDenied unless the reader may do this with orders ("view_order")."""
    if not request.user.has_perm(f"orders.{permission}"):
        raise PermissionDenied


def find_order(request: HttpRequest, pk: int, *, permission: str = "change_order") -> Order:
    """Return the order with its shop. Raise PermissionDenied or Http404."""
    require(request, permission)
    return get_visible_or_404(Order.objects.select_related("shop"), pk=pk)


def order_url(pk: int) -> str:
    return reverse("admin:orders_order_change", args=[pk])


def goes_on(request: HttpRequest, order: Order) -> str:
    """Return where it goes on after a form about the order: on the page that had the form, else on the order's."""
    return came_from(request) or order_url(order.pk)


def posted_revision(given: QueryDict) -> int:
    """Return the revision that the page was made of; one that is none of ours is outdated."""
    text = given.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def render(request: HttpRequest, template: str, order: Order, **context: Any) -> HttpResponse:
    """Show a page about the order; its `back` leads to the order's page."""
    shared = {**admin.site.each_context(request), "order": order, "back": order_url(order.pk)}
    return TemplateResponse(request, template, shared | context)


def fill_in(
    request: HttpRequest,
    template: str,
    order: Order,
    *,
    form: forms.BaseForm,
    do: Callable[[dict[str, Any]], str],
    path: str = "",
    **context: Any,
) -> HttpResponse:
    """Show the form; on a valid POST call `do` with its values and go back with the text it returns.

    What `do` refuses by field stands at the fields, without the `path` before their names; other refusals stand on
    the order's page. Where somebody else was faster the form is shown again as it was filled in, as `outdated`.
    """
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, do(form.cleaned_data))
            return HttpResponseRedirect(goes_on(request, order))
        except InvalidInput as error:
            for place, texts in (error.errors or {"": [error.text]}).items():
                name = place.removeprefix(path)
                form.add_error(name if name in form.fields else None, texts)
        except Outdated:
            context["outdated"] = True
        except DomainError as error:
            return refuse(request, error, to=goes_on(request, order))
    return render(request, template, order, form=form, **context)

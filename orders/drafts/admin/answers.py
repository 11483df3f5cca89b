"""What the page of a draft asks for while somebody types: to keep it, to find customers and products, to take files."""

from typing import Any

import msgspec
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_POST, require_safe

from backoffice.accounts.models import Shop
from backoffice.amounts import money
from backoffice.errors import DomainError, InvalidInput
from backoffice.sight import PERSONAL_DATA, require_sight
from backoffice.staff.base import actor
from backoffice.staff.text_fields import searched_text
from backoffice.text.translatable import gettext as _
from backoffice.visibility import visible
from orders.admin.product_search import find_products
from orders.drafts.admin.boxes import limits_by_box
from orders.drafts.admin.context import DraftPage, build_page
from orders.drafts.admin.posting import PostedDraft, find_currency, find_shop, read_posted
from orders.drafts.models import DraftOrder, new_reference
from orders.drafts.services.assembling import find_draft_variants
from orders.drafts.services.contents import DraftContent, DraftLine
from orders.drafts.services.customers import PastCustomer, find_past_customers
from orders.drafts.services.editing import DraftChanged, save_draft
from orders.services.files.store import link_file, store_file


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the draft, and answer with what the page says of it now."""
    _require(request, "change_draftorder")
    try:
        posted = read_posted(request)
        draft = keep_posted(posted, request)
    except DraftChanged as error:
        text = _("%(person)s saved this draft at %(time)s. What you typed is not saved yet.")
        params = {"person": error.details["by"], "time": _time_of(error.details["at"])}
        return JsonResponse({"text": text % params, "reference": new_reference()}, status=409)
    except InvalidInput as error:
        return JsonResponse({"text": spell_refusal(error), "errors": error.errors}, status=422)
    except DomainError as error:
        return JsonResponse({"text": error.text}, status=409)
    page = build_page(
        posted.content, shop=posted.shop, places=posted.places, repeats=posted.repeats, **_identity(draft)
    )
    return JsonResponse(_changes(request, page, draft))


def keep_posted(posted: PostedDraft, request: HttpRequest) -> DraftOrder:
    """Save what was sent. Raise as `save_draft`."""
    return save_draft(
        posted.reference,
        posted.content,
        shop=posted.shop,
        version=posted.version,
        editor=posted.editor,
        actor=actor(request),
        repeats=posted.repeats,
    )


@require_safe
def line(request: HttpRequest) -> HttpResponse:
    """Return the markup of a new line for a SKU, at the smallest quantity that can be ordered."""
    _require(request, "change_draftorder")
    shop, sku = _shop(request), searched_text(request.GET, "sku", most=100)
    place, reference = searched_text(request.GET, "place", most=9), searched_text(request.GET, "reference", most=50)
    variant = find_draft_variants([sku]).get(sku)
    least = max(variant.order_min_qty, 1) if variant else 1
    currency = find_currency(searched_text(request.GET, "shop"))
    content = DraftContent(
        currency=currency, lines=[DraftLine(reference=reference or "1", sku=sku, quantity=str(least))]
    )
    page = build_page(content, shop=shop, places=[place or "0"], reference="", version=0, editor="")
    box = page.lines[0]
    return HttpResponse(render_to_string("drafts/page/line.html", {"page": page, "box": box}, request))


@require_safe
def products(request: HttpRequest) -> HttpResponse:
    """Return what can be ordered and is found by the text: SKU, name, GTIN; with price, stock and what stands against
    it.
    """
    _require(request, "view_draftorder")
    currency = find_currency(searched_text(request.GET, "shop"))
    found = find_products(searched_text(request.GET, "q"), shop=_shop(request), currency=currency)
    return JsonResponse({"results": found})


@require_safe
def customers(request: HttpRequest) -> HttpResponse:
    """Return who has bought before and is found by the text, with what fills the page's fields."""
    _require(request, "view_draftorder")
    if not request.user.has_perm("orders.view_order"):
        raise PermissionDenied
    found = find_past_customers(searched_text(request.GET, "q"))
    return JsonResponse({"results": [_customer(one) for one in found]})


@require_POST
def files(request: HttpRequest) -> HttpResponse:
    """Take a print file for the shop."""
    _require(request, "change_draftorder")
    upload = request.FILES.get("file")
    shop = find_shop(searched_text(request.POST, "shop"))
    if not isinstance(upload, UploadedFile) or shop is None:
        return JsonResponse({"text": _("Choose a file.")}, status=422)
    try:
        file, _is_new = store_file(upload.chunks(), shop=shop, name=searched_name(upload.name or ""))
    except DomainError as error:
        return JsonResponse({"text": spell_refusal(error)}, status=422)
    answer = {"id": file.public_id, "name": str(file), "url": link_file(file.public_id)}
    return JsonResponse(answer, status=201)


def searched_name(name: str) -> str:
    """Return a file's name as it can be kept, empty for none."""
    given = {"name": name}
    return searched_text(given, "name")  # type: ignore[arg-type]


def _changes(request: HttpRequest, page: DraftPage, draft: DraftOrder) -> dict[str, Any]:
    """Return what the page exchanges: never a field, since somebody is typing."""
    parts = {name: _part(request, name, page=page) for name in ("summary", "suggestion", "alike")}
    placeholders = {"total": page.computed_total}
    for box in page.lines:
        for name in ("facts", "figures"):
            parts[f"{name}-{box.place}"] = _part(request, name, page=page, box=box)
        placeholders[f"lines.{box.place}.unit_price"] = box.listed_price
    return {
        "version": draft.version,
        "url": reverse("admin:drafts_draftorder_change", args=[draft.pk]),
        "saved": _("Saved %(time)s") % {"time": _time_of(draft.updated_at)},
        "button": place_label(page),
        "is_ready": page.problems.is_ready,
        "errors": page.problems.beside,
        "limits": limits_by_box(page.review.vendors),
        "placeholders": placeholders,
        "parts": parts,
    }


def place_label(page: DraftPage) -> str:
    """Return what the button says: the verb and the amount."""
    if not page.lines:
        return _("Place order")
    return _("Place order, %(amount)s") % {"amount": money(page.review.total, page.currency)}


def _part(request: HttpRequest, name: str, **shown: Any) -> str:
    return render_to_string(f"drafts/page/{name}.html", shown, request)


def _identity(draft: DraftOrder) -> dict[str, Any]:
    return {"reference": draft.reference, "version": draft.version, "editor": draft.editor, "draft": draft}


def _customer(past: PastCustomer) -> dict[str, Any]:
    order = past.order
    address = next((row for row in order.addresses.all() if row.role == "recipient"), None)
    fill = {
        "customer": past.customer,
        **{n: a for n, a in past.addresses.items() if n in ("recipient", "invoice_address")},
    }
    return {
        "title": " · ".join(filter(None, (order.customer_name, order.customer_email))) or str(order),
        "detail": " · ".join(filter(None, (str(address or ""), order.number))),
        "fill": {
            f"{head}.{name}": value or ""
            for head, struct in fill.items()
            for name, value in msgspec.structs.asdict(struct).items()
            if not isinstance(value, bool)
        },
    }


def spell_refusal(error: DomainError) -> str:
    """Return the refusal with what it says of each field."""
    errors = error.errors if isinstance(error, InvalidInput) else {}
    return " ".join([error.text, *(text for texts in errors.values() for text in texts)])


def _time_of(moment: Any) -> str:
    return date_format(timezone.localtime(moment), "TIME_FORMAT")


def _shop(request: HttpRequest) -> Shop:
    shop = find_shop(searched_text(request.GET, "shop")) or visible(Shop.objects.all()).first()
    if shop is None:
        raise PermissionDenied
    return shop


def _require(request: HttpRequest, permission: str) -> None:
    require_sight(PERSONAL_DATA)
    if not request.user.has_perm(f"drafts.{permission}"):
        raise PermissionDenied

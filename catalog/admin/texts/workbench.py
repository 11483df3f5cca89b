"""The SEO workbench: default beside own text, field by field, into a draft; and the way back to the default."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from backoffice.errors import DomainError
from backoffice.staff.base import actor, refuse, staff_user
from backoffice.staff.marks import marked_keys
from backoffice.staff.text_fields import posted_text
from backoffice.text.cleaning import BadText, clean_paragraph
from backoffice.text.structs import Text
from backoffice.text.translatable import gettext as _
from catalog.admin.change_set_pages.actions import page_of_set
from catalog.admin.change_set_pages.drafts import OFFERED, find_set, keep_edits, open_drafts
from catalog.admin.texts.rows import TITLE_SAFE
from catalog.labels import account_label, key_label
from catalog.models import ChangeKind, ChangeSet, Snapshot, Variant
from catalog.services.change_sets.formats import vendors_for
from catalog.services.change_sets.restoring import reset_search_texts
from catalog.services.change_sets.texts import LONGEST, ONE_LINE, TEXTS
from catalog.services.change_sets.values import Value

KIND = ChangeKind.SEARCH_TEXTS
MOST_RESET, MOST_EDITED = 50, 100


def workbench_context(reading: Snapshot, *, draft: ChangeSet | None) -> dict[str, Any]:
    """Return what the page of one SKU shows."""
    requested: Value = {}
    if draft is not None and (change := draft.changes.filter(sku=reading.sku).first()):
        requested = change.requested
    names = [*LONGEST, *(name for name in TEXTS if name not in LONGEST)]
    later = Snapshot.objects.filter(vendor=reading.vendor, kind=KIND, pk__gt=reading.pk).order_by("pk")
    return {
        "reading": reading,
        "variant": Variant.objects.filter(vendor=reading.vendor, sku=reading.sku).first(),
        "vendor": reading.vendor,
        "account": account_label(KIND),
        "fields": [_field(name, reading.value, requested) for name in names],
        "draft": draft,
        "drafts": list(open_drafts(KIND, vendor=reading.vendor)[:OFFERED]),
        "next": later.values_list("pk", flat=True).first(),
    }


def chosen_draft(request: HttpRequest, vendor: str) -> ChangeSet | None:
    """Return the draft that the address names, else the reader's newest."""
    drafts = open_drafts(KIND, vendor=vendor)
    chosen = request.GET.get("draft", "")
    if chosen.isdecimal():
        return find_set(drafts, chosen)
    return drafts.filter(created_by=actor(request)).exclude(source="reset").first()


def save_texts(request: HttpRequest, reading: Snapshot) -> HttpResponse:
    """Add what differs from the current texts to a draft. A blank field is the vendor's default."""
    back = reverse("admin:catalog_changeset_text", args=[reading.pk])
    try:
        requested = _requested(request, reading.value)
        if not requested:
            messages.info(request, _("Nothing was changed."))
            return HttpResponseRedirect(back)
        change_set = keep_edits(
            KIND,
            vendor=reading.vendor,
            rows={reading.sku: requested},
            draft=find_set(open_drafts(KIND, vendor=reading.vendor), request.POST.get("draft")),
            title=_("Search texts from the editor"),
            actor=actor(request),
        )
    except DomainError as error:
        return refuse(request, error, to=back)
    messages.success(request, _("%(sku)s is in draft #%(pk)d.") % {"sku": reading.sku, "pk": change_set.pk})
    return HttpResponseRedirect(f"{back}?draft={change_set.pk}")


def save_grid(request: HttpRequest) -> HttpResponse:
    """Add what was typed into the grid to a draft, of all its SKUs at once; nothing of it when something is wrong."""
    back = reverse("admin:catalog_changeset_texts_grid") + (f"?{query}" if (query := request.POST.get("query")) else "")
    vendor = vendors_for(KIND)[0]
    keys = marked_keys(request.POST, "reading", most=MOST_EDITED)
    try:
        rows = _grid_rows(request, Snapshot.objects.filter(vendor=vendor, kind=KIND, pk__in=keys))
        if not rows:
            messages.info(request, _("Nothing was changed."))
            return HttpResponseRedirect(back)
        change_set = keep_edits(
            KIND,
            vendor=vendor,
            rows=rows,
            draft=find_set(open_drafts(KIND, vendor=vendor), request.POST.get("draft")),
            title=_("Search texts from the editor"),
            actor=actor(request),
        )
    except DomainError as error:
        return refuse(request, error, to=back)
    return HttpResponseRedirect(page_of_set(change_set))


def _grid_rows(request: HttpRequest, readings: Iterable[Snapshot]) -> dict[str, Value]:
    """Return what differs from the current texts, by SKU. Raise InvalidInput."""
    rows = {row.sku: _requested(request, row.value, prefix=f"{row.pk}-") for row in readings}
    return {sku: requested for sku, requested in rows.items() if requested}


def reset_texts(request: HttpRequest) -> HttpResponse | dict[str, Any]:
    """Draft the reset of exactly the SKUs given. Return the context of the question that is asked first."""
    skus = request.POST.getlist("sku")[:MOST_RESET]
    vendor = vendors_for(KIND)[0]
    current = list(Snapshot.objects.filter(vendor=vendor, kind=KIND, sku__in=skus).order_by("pk"))
    back = reverse("admin:catalog_changeset_texts")
    if not current:
        messages.info(request, _("No SKU is selected."))
        return HttpResponseRedirect(back)
    if request.POST.get("confirmed") != "yes":
        return {"readings": current, "vendor": vendor, "account": account_label(KIND), "back": back}
    try:
        change_set = reset_search_texts(
            vendor=vendor,
            skus=[reading.sku for reading in current],
            title=_("Search texts reset to the vendor’s default"),
            user=staff_user(request),
            confirmed=True,
        )
    except DomainError as error:
        return refuse(request, error, to=back)
    return HttpResponseRedirect(page_of_set(change_set))


def _field(name: str, current: Value, requested: Value) -> dict[str, Any]:
    """Return one text; `own` is None while the default counts; `safe` and `most` are characters, 0 for any number."""
    own = current.get("overwrites", {}).get(name)
    return {
        "name": name,
        "label": key_label(name),
        "default": current.get("defaults", {}).get(name) or "",
        "own": own,
        "drafted": (requested.get(name) or "") if name in requested else (own or ""),
        "safe": TITLE_SAFE if name == "meta_title" else LONGEST.get(name, 0),
        "most": LONGEST.get(name, 0),
        # A description has one line too, and takes more room.
        "is_line": name in ONE_LINE and name != "meta_description",
    }


def _requested(request: HttpRequest, current: Value, *, prefix: str = "") -> Value:
    requested: Value = {}
    for name in TEXTS:
        field = prefix + name
        if field not in request.POST:
            continue
        text = posted_text(request.POST, field, kind=Text.PARAGRAPH)
        own = current.get("overwrites", {}).get(name)
        # What the vendor holds may be spelled as the vendor likes; only what says something else is a change.
        if text != _as_kept(own or ""):
            requested[name] = (
                posted_text(request.POST, field, kind=Text.LINE if name in ONE_LINE else Text.PARAGRAPH) or None
            )
    return requested


def _as_kept(text: str) -> str:
    try:
        return clean_paragraph(text)
    except BadText:
        return text

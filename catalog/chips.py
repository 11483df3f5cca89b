"""Products, variants, offers and runs in one chip each; the changes of a variant in words."""

from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from backoffice.amounts import money
from backoffice.states import Chip, Tone
from backoffice.text.translatable import gettext as _
from catalog.models import Availability, CustomPicture, Variant, VariantChange

CHANGES: dict[str, tuple[Tone, str, Promise]] = {
    "new": (Tone.BLUE, "add_circle", gettext_lazy("new")),
    "gone": (Tone.AMBER, "remove_circle", gettext_lazy("delisted")),
    "back": (Tone.BLUE, "undo", gettext_lazy("relisted")),
    "dearer": (Tone.AMBER, "trending_up", gettext_lazy("more expensive")),
    "cheaper": (Tone.GREEN, "trending_down", gettext_lazy("cheaper")),
    "unavailable": (Tone.AMBER, "block", gettext_lazy("no longer orderable")),
    "available": (Tone.GREEN, "check_circle", gettext_lazy("orderable again")),
    "changed": (Tone.GREY, "edit", gettext_lazy("changed")),
}


def variant_chip(variant: Variant) -> Chip:
    """Return whether one can order it, and if not why."""
    if variant.gone_at:
        return Chip(Tone.AMBER, "remove_circle", _("delisted"), hint=_("The vendor no longer lists it."))
    if variant.orderable and not variant.available:
        return Chip(Tone.GREY, "visibility_off", _("not in sales channels"), hint=_("Shops cannot order it."))
    if variant.orderable:
        return Chip(Tone.GREEN, "check_circle", _("orderable"))
    if not variant.active:
        return Chip(Tone.GREY, "power_off", _("disabled"), hint=_("Not active at the vendor."))
    return Chip(Tone.AMBER, "block", _("not orderable"), hint=_("No fulfiller under contract currently offers it."))


def kind_chips(variant: Variant) -> list[Chip]:
    """Return what else one has to know before ordering it."""
    return [
        chip
        for applies, chip in (
            (variant.test_product, Chip(Tone.AMBER, "science", _("test product"), hint=_("Never produced."))),
            (variant.sample_product, Chip(Tone.GREY, "palette", _("sample"))),
            (variant.personalized, Chip(Tone.GREY, "brush", _("personalised"))),
            (variant.express_available, Chip(Tone.GREY, "bolt", _("express"))),
        )
        if applies
    ]


def offer_chip(offer: Availability) -> Chip:
    """Return what a fulfiller's offer is worth to us."""
    if offer.contract_state not in ("", "accepted"):
        return Chip(Tone.AMBER, "contract_delete", _("contract %(state)s") % {"state": offer.contract_state})
    if offer.available is False:
        return Chip(Tone.AMBER, "block", _("not available"))
    if offer.available is None:
        return Chip(Tone.GREY, "help", _("not specified"))
    return Chip(Tone.GREEN, "check_circle", _("available"))


def picture_chip(picture: CustomPicture) -> Chip:
    """Return how far our copy of it is."""
    if picture.is_kept:
        return Chip(Tone.GREEN, "check_circle", _("stored"))
    if picture.failed:
        return Chip(Tone.RED, "broken_image", _("failed"), hint=picture.problem)
    if picture.problem:
        return Chip(Tone.AMBER, "schedule", _("will be retried"), hint=picture.problem)
    return Chip(Tone.GREY, "hourglass_empty", _("will be fetched soon"))


def change_chip(change: VariantChange) -> Chip:
    return Chip(*CHANGES.get(change.kind, (Tone.GREY, "edit", change.kind)))


def change_lines(change: VariantChange) -> list[dict[str, Any]]:
    """Return what changed, one line each: a name, perhaps with both values. The variant must be loaded."""
    currency = change.variant.currency
    lines: list[dict[str, Any]] = [
        {
            "name": _("from %(quantity)s") % {"quantity": quantity},
            "before": money(Decimal(before), currency),
            "after": money(Decimal(after), currency),
        }
        for quantity, before, after in change.detail.get("tiers", [])
    ]
    labels = {field.name: str(field.verbose_name) for field in Variant._meta.fields}
    lines += [
        {"name": labels.get(name, name), "before": before, "after": after}
        for name, (before, after) in change.detail.get("fields", {}).items()
    ]
    return lines + [{"name": str(_PARTS.get(part, part))} for part in change.detail.get("parts", [])]


_PARTS: dict[str, Promise] = {
    "image_url": gettext_lazy("image"),
    "editor_intents": gettext_lazy("editor"),
    "media": gettext_lazy("media"),
    "properties": gettext_lazy("properties"),
    "parts": gettext_lazy("parts"),
    "availability": gettext_lazy("availability"),
    "relations": gettext_lazy("relations"),
    "text": gettext_lazy("texts"),
    "purchase prices": gettext_lazy("purchase tiers"),
    "recommended prices": gettext_lazy("recommended prices"),
    "sales prices": gettext_lazy("sales prices"),
}

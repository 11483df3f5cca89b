"""What a storefront sends to open a design, and what stands against it."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from msgspec import Meta

from backoffice.errors import Errors, InvalidInput, add_error
from backoffice.text.structs import Input, Quantity, Text
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import MakesDesigns
from backoffice.vendors.registry import vendors_with
from catalog.services.orderable import can_order
from catalog.services.orderable_variants import OrderableVariant, find_variants

MAX_ADDRESS = 2000
_PLACEHOLDERS = ("{DESIGNID}", "{USERHASH}", "{INTENT}")
_BRACES = re.compile(r"\{[^{}]*\}|[{}]")

WayBack = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=MAX_ADDRESS,
        description="https; may hold {DESIGNID} (the vendor's id), {USERHASH} and {INTENT}, any number of times.",
    ),
    Text.URL,
]
Code32 = Annotated[str, Meta(max_length=32), Text.CODE]


class NewDesign(Input, kw_only=True):
    """A design to be made by a customer. What comes back through the browser is not to be trusted: read the design."""

    customer: Annotated[
        str, Meta(min_length=1, max_length=100, description="The shop's own key; uploads are kept for it."), Text.CODE
    ]
    sku: Annotated[str, Meta(min_length=1, max_length=100), Text.CODE]
    return_url: WayBack
    cancel_url: WayBack | None = None
    intent: Annotated[
        Code32 | None, Meta(description="One of the variant's `editor_intents`; the vendor chooses when left out.")
    ] = None
    quantity: Annotated[Quantity | None, Meta(description="For the quote; the smallest one when left out.")] = None


def check_design(new: NewDesign) -> OrderableVariant:
    """Return the variant to design, by one query. Raise InvalidInput with all errors by field."""
    errors: Errors = {}
    variant = find_variants({new.sku}).get(new.sku)
    if variant is None or variant.vendor not in vendors_with(MakesDesigns):
        add_error(errors, "sku", _("%(sku)s is not in the catalogue.") % {"sku": new.sku})
    else:
        _check_variant(new, variant, errors=errors)
    _check_way_back(new.return_url, path="return_url", errors=errors)
    if new.cancel_url:
        _check_way_back(new.cancel_url, path="cancel_url", errors=errors)
    if errors or variant is None:
        raise InvalidInput(_("The design cannot be opened with these values."), errors=errors)
    return variant


def _check_variant(new: NewDesign, variant: OrderableVariant, *, errors: Errors) -> None:
    if text := can_order(variant).reason:
        add_error(errors, "sku", text)
    elif not variant.editor_intents:
        add_error(errors, "sku", _("%(sku)s cannot be designed in the editor.") % {"sku": new.sku})
    elif new.intent and new.intent not in variant.editor_intents:
        text = _("%(intent)s is not one of the intents of %(sku)s: %(intents)s.")
        params = {"intent": new.intent, "sku": new.sku, "intents": ", ".join(variant.editor_intents)}
        add_error(errors, "intent", text % params)


def _check_way_back(url: str, *, path: str, errors: Errors) -> None:
    """Check where the editor sends the customer's browser: on the web, without a script and without a password."""
    plain = url
    for name in _PLACEHOLDERS:
        plain = plain.replace(name, "x")
    if found := _BRACES.search(plain):
        text = _("%(what)s is not a placeholder. Available: %(names)s.")
        add_error(errors, path, text % {"what": found[0][:50], "names": ", ".join(_PLACEHOLDERS)})
    elif not _is_web_address(plain):
        add_error(errors, path, _("The URL must begin with https:// and name a host."))


def _is_web_address(url: str) -> bool:
    if not url.isprintable() or " " in url or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    # Shops are tried out on the developer's own machine.
    near = parts.scheme == "http" and host in ("localhost", "127.0.0.1", "::1")
    return bool(host) and parts.username is None and (parts.scheme == "https" or near)

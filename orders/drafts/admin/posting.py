"""A draft's form as it was sent: the names of its fields are the paths of an order's."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict

from backoffice.accounts.models import Shop
from backoffice.errors import InvalidInput
from backoffice.staff.keyset import read_key
from backoffice.staff.text_fields import searched_text
from backoffice.text.translatable import gettext as _
from backoffice.visibility import seen_shops, visible
from orders.drafts.models import DraftOrder
from orders.drafts.services.contents import DraftContent, keep_content, read_content
from orders.drafts.services.repeating import repeat_content
from orders.models import Order

CUSTOMER = ("email", "firstname", "lastname", "phone")
CONSENTS = ("accepts_letters", "accepts_review_request")
ADDRESS = (
    "company", "department", "firstname", "lastname", "street", "care_of", "zip", "city", "state_code",
    "country_code", "phone", "email",
)  # fmt: skip
ADDRESSES = ("recipient", "invoice_address")
OF_ORDER = ("total", "shipping_method", "gift_message")
SWITCHES = ("express_shipping", "express_production")
OF_LINE = ("reference", "sku", "design_id", "custom_product", "name", "quantity", "unit_price", "tax_percent")
OF_FILE = ("file_id", "url", "type", "name")
# Of a line, what the page shows and cannot change.
_HIDDEN = ("customs", "custom_properties")


@dataclass(frozen=True)
class PostedDraft:
    """The form: which draft, as of which version, sent by which page. `places` are the lines' names in the form."""

    reference: str
    version: int
    editor: str
    shop: Shop
    repeats: Order | None
    content: DraftContent
    places: list[str]


def read_posted(request: HttpRequest) -> PostedDraft:
    """Return what was sent. Raise InvalidInput, with errors by field, for what cannot be kept at all."""
    given = request.POST
    reference = searched_text(given, "reference", most=50)
    shop = find_shop(searched_text(given, "shop"))
    if shop is None:
        raise InvalidInput(_("Choose a shop."), errors={"shop": [_("Choose a shop.")]})
    if seen_shops() is not None and not _may_keep(reference):
        raise InvalidInput(_("This is not a draft."), errors={"reference": [_("This is not a draft.")]})
    repeats = find_repeated(request, searched_text(given, "repeats"))
    places = list(dict.fromkeys(name.split(".")[1] for name in given if name.startswith("lines.") and "." in name[6:]))
    base = _base(reference, repeats)
    return PostedDraft(
        reference=reference,
        version=read_key(searched_text(given, "version")) or 0,
        editor=searched_text(given, "editor", most=32),
        shop=shop,
        repeats=repeats,
        content=read_content(_content(given, places, base)),
        places=places,
    )


def _may_keep(reference: str) -> bool:
    """Return whether it is the reference of no draft yet, or of one that the reader sees."""
    drafts = DraftOrder.objects.filter(reference=reference)
    return visible(drafts).exists() or not drafts.exists()


def find_shop(text: str) -> Shop | None:
    """Return the shop of that key, None for none. A currency may stand behind it: see `find_currency`."""
    key = read_key(text.partition(":")[0])
    return None if key is None else visible(Shop.objects.filter(pk=key)).first()


def find_currency(text: str) -> str:
    """Return the currency of "3:USD", a shop with one of its further markets; empty for the shop's own."""
    return text.partition(":")[2][:3]


def find_repeated(request: HttpRequest, pk: str) -> Order | None:
    """Return the order that is to be repeated, if the reader may see orders."""
    key = read_key(pk)
    if key is None or not request.user.has_perm("orders.view_order"):
        return None
    return visible(Order.objects.select_related("shop").defer("search").filter(pk=key)).first()


def _base(reference: str, repeats: Order | None) -> dict[str, Any]:
    """Return the content of which the form is a change: what it does not show stays."""
    kept = visible(DraftOrder.objects.filter(reference=reference)).values_list("content", flat=True).first()
    if kept is not None:
        return dict(kept)
    return keep_content(DraftContent() if repeats is None else repeat_content(repeats))


def _content(given: QueryDict, places: list[str], base: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {
        name: base[name] for name in ("shipper", "export", "letter_address", "custom_properties") if base.get(name)
    }
    content |= _filled(given, "", OF_ORDER)
    content["currency"] = find_currency(given.get("shop", ""))
    content |= {name: name in given for name in SWITCHES}
    content["customer"] = _filled(given, "customer.", CUSTOMER)
    content["customer"] |= {name: f"customer.{name}" in given for name in CONSENTS}
    for role in ADDRESSES:
        # Of an address the form shows what people type; a bank account of a repeated one stays as it was.
        unseen = {name: text for name, text in (base.get(role) or {}).items() if name not in ADDRESS and text}
        content[role] = unseen | _filled(given, f"{role}.", ADDRESS)
    lines = {line["reference"]: line for line in base.get("lines", ())}
    content["lines"] = [_line(given, f"lines.{place}.", lines) for place in places]
    return content


def _line(given: QueryDict, prefix: str, before: dict[str, Any]) -> dict[str, Any]:
    line = _filled(given, prefix, OF_LINE)
    same = before.get(line.get("reference", ""), {})
    if all((same.get(name) or "") == line.get(name, "") for name in ("sku", "custom_product")):
        line |= {name: same[name] for name in _HIDDEN if same.get(name)}
    start = f"{prefix}files."
    indexes = dict.fromkeys(name.removeprefix(start).split(".")[0] for name in given if name.startswith(start))
    line["files"] = [file for index in indexes if (file := _filled(given, f"{start}{index}.", OF_FILE))]
    return line


def _filled(given: QueryDict, prefix: str, names: tuple[str, ...]) -> dict[str, Any]:
    """Return what is not empty."""
    return {name: text for name in names if (text := given.get(prefix + name, "").strip())}

"""Which field a column probably holds, by its name in the exports of shop systems.

From the public documents of Shopify (orders CSV), WooCommerce (its exports of orders, and Advanced Order Export),
Etsy (sold order items), Amazon (order reports of Seller Central) and Billbee (order export, German and English).
A proposal is shown before anything is placed, so a name that means two things elsewhere may stand here once.
"""

import re
from collections.abc import Iterable, Mapping

from orders.importing.services.fields import FIELDS, PROPERTY, REPEATABLE

# Field -> names of its columns, best first; letters are small, all but letters and digits a space.
_NAMES: dict[str, tuple[str, ...]] = {
    "reference": (
        "order number",
        "order id",
        "name",
        "amazon order id",
        "number",
        "bestellnummer",
        "bestell nr",
        "auftragsnummer",
        "auftrags nr",
        "order no",
        "ordernumber",
        "external id",
        "externe bestellnummer",
        "order reference",
        "shop order id",
        "id",
    ),
    "ordered_at": (
        "created at",
        "order date",
        "sale date",
        "purchase date",
        "date",
        "bestelldatum",
        "datum",
        "auftragsdatum",
        "paid at",
        "date paid",
        "payments date",
        "erstellt am",
        "createdat",
        "orderdate",
    ),
    "currency": ("order currency", "waehrung", "währung", "currency code"),
    "total": (
        "order total",
        "order total amount",
        "gesamtsumme",
        "gesamtbetrag",
        "gesamtpreis",
        "summe",
        "bestellsumme",
        "order value",
        "total cost",
        "totalcost",
        "summe brutto",
    ),
    "shipping": (
        "shipping total",
        "order shipping amount",
        "order shipping",
        "versandkosten",
        "shipping cost",
        "shippingcost",
        "versandkosten brutto",
    ),
    "discount": ("discount total", "cart discount amount", "discount amount", "rabatt", "cart discount"),
    "tax": ("taxes", "tax total", "order total tax amount", "order sales tax", "mehrwertsteuer", "steuerbetrag"),
    "sku": (
        "lineitem sku",
        "item sku",
        "sku",
        "artikelnummer",
        "artikel nr",
        "product sku",
        "seller sku",
        "line item sku",
        "artikelnummer sku",
    ),
    "quantity": (
        "lineitem quantity",
        "item quantity",
        "quantity purchased",
        "quantity",
        "quantity refund",
        "menge",
        "anzahl",
        "qty",
        "stueckzahl",
        "stückzahl",
        "stück",
        "quantity to ship",
    ),
    "unit_price": (
        "lineitem price",
        "item cost",
        "price",
        "einzelpreis",
        "preis",
        "unit price",
        "stueckpreis",
        "stückpreis",
        "artikelpreis",
    ),
    "line_total": (
        "item price",
        "item subtotal",
        "item total",
        "zeilensumme",
        "positionssumme",
        "line total",
        "order line subtotal",
        "gesamtpreis position",
        "positionspreis",
    ),
    "tax_percent": ("steuersatz", "mwst satz", "tax rate", "vat rate", "mwst", "ust satz"),
    "line_reference": ("order item id", "transaction id", "item id", "order item code", "positions id", "position"),
    "product_name": (
        "lineitem name",
        "item name",
        "product name",
        "artikelname",
        "artikelbezeichnung",
        "artikeltext",
        "produktname",
        "bezeichnung",
        "produkt",
        "title",
    ),
    "print_files": ("print file", "print files", "druckdatei", "druckdateien", "print file url", "print file urls"),
    "line_shipping": ("shipping price",),
    "line_discount": ("lineitem discount", "item promotion discount"),
    "line_tax": ("item tax", "item subtotal tax", "item total tax"),
    PROPERTY: ("variations", "personalization", "personalisierung", "engraving", "gravur", "customized text"),
    "customer_email": (
        "email",
        "buyer email",
        "customer email",
        "email billing",
        "billing email",
        "e mail",
        "kunde e mail",
        "kunden email",
        "käufer e mail",
        "emailadresse",
        "e mail adresse",
    ),
    "customer_name": ("buyer name", "full name", "buyer", "kundenname", "kunde", "customer name"),
    "customer_firstname": ("customer first name", "kunde vorname"),
    "customer_lastname": ("customer last name", "kunde nachname"),
    "customer_phone": ("buyer phone number", "phone", "billing phone", "phone billing", "telefon", "kunde telefon"),
    "shipping_method": (
        "shipping method",
        "shipping method title",
        "ship service level",
        "versandart",
        "versanddienst",
        "shipping service",
        "shipping provider",
    ),
    "note": (
        "notes",
        "customer note",
        "customer message",
        "order notes",
        "kundenhinweis",
        "bemerkung",
        "kommentar",
        "buyer note",
        "message from buyer",
        "nachricht",
        "kundennotiz",
        "notiz",
    ),
    "gift_message": ("gift message", "gift message text", "geschenknachricht"),
    "tags": ("tags", "schlagworte", "stichworte"),
    "status": (
        "financial status",
        "order status",
        "status",
        "bestellstatus",
        "zahlungsstatus",
        "auftragsstatus",
    ),
    "cancelled_at": ("cancelled at", "canceled at", "storniert am"),
}
# Part of an address -> how its column is called, behind or before whose address it is.
_PARTS: dict[str, tuple[str, ...]] = {
    "company": ("company", "firma", "firmenname"),
    "name": ("name", "full name", "empfaenger", "empfänger"),
    "firstname": ("first name", "firstname", "vorname"),
    "lastname": ("last name", "lastname", "nachname"),
    "street": ("address1", "address 1", "address 1 2", "street", "strasse", "straße", "address", "strasse und nr"),
    "house_number": ("house number", "hausnummer", "housenumber", "hausnr"),
    "care_of": ("address2", "address 2", "adresszusatz", "zusatz", "address line 2", "address addition"),
    "zip": ("zip", "zipcode", "postcode", "postal code", "plz", "postleitzahl"),
    "city": ("city", "ort", "stadt"),
    "state_code": ("province", "state", "state code", "bundesland"),
    "country_code": ("country", "country code", "country iso", "land", "landkürzel", "ländercode", "country iso2"),
    "phone": ("phone", "phone number", "telefon"),
    "email": ("email", "e mail"),
}
_WHOSE = {
    "recipient": (
        "shipping",
        "ship",
        "ship to",
        "recipient",
        "delivery",
        "lieferadresse",
        "lieferanschrift",
        "versand",
        "versandadresse",
        "empfänger",
        "shipping address",
    ),
    "invoice": (
        "billing",
        "bill",
        "bill to",
        "invoice",
        "rechnungsadresse",
        "rechnungsanschrift",
        "rechnung",
        "invoice address",
        "billing address",
    ),
}
_OTHER = re.compile(r"[^\w]|_")


def plain_name(name: str) -> str:
    """Return the name as it is compared: "Lineitem_SKU" and "lineitem sku" are one."""
    return " ".join(_OTHER.sub(" ", name.casefold()).split())


def _known_names() -> dict[str, tuple[str, int]]:
    """Return field and rank by plain name; of two columns for one field the lower rank has it."""
    known: dict[str, tuple[str, int]] = {}
    for field, names in _NAMES.items():
        for rank, name in enumerate(names, start=1):
            known.setdefault(plain_name(name), (field, rank))
    for whose, prefixes in _WHOSE.items():
        for part, names in _PARTS.items():
            for rank, name in enumerate(names, start=1):
                for prefix in prefixes:
                    # "Shipping City" of Shopify, "City (Shipping)" of Advanced Order Export.
                    known.setdefault(plain_name(f"{prefix} {name}"), (f"{whose}_{part}", rank))
                    known.setdefault(plain_name(f"{name} {prefix}"), (f"{whose}_{part}", rank))
    # An address without whose it is, and our own names, which come before all others.
    for part, names in _PARTS.items():
        for rank, name in enumerate(names, start=1):
            known.setdefault(plain_name(name), (f"recipient_{part}", 50 + rank))
    return known | {plain_name(name): (name, 0) for name in FIELDS if name not in REPEATABLE}


_KNOWN = _known_names()
# An e-mail and a telephone number of an address are the customer's where there is no other.
_KNOWN |= {"billing email": ("customer_email", 3), "billing phone": ("customer_phone", 3)}
# As the template of an export names a property: "property: Engraving".
_PROPERTY = re.compile(r"property\s*:", re.IGNORECASE)
PASSED_OVER = "problem"


def propose(columns: Mapping[int, str], *, remembered: Mapping[str, str]) -> dict[int, str]:
    """Return by place the field of each column for which one is known: what the shop's last tables had, else by name.

    A field has one column, the one whose name says so best.
    """
    taken: dict[str, tuple[int, int]] = {}
    proposed: dict[int, str] = {}
    for place, name in columns.items():
        field, rank = _proposal(name, remembered)
        if not field:
            continue
        if field in REPEATABLE:
            proposed[place] = field
        elif field not in taken or rank < taken[field][1]:
            taken[field] = (place, rank)
    return proposed | {place: field for field, (place, _rank) in taken.items()}


def _proposal(name: str, remembered: Mapping[str, str]) -> tuple[str, int]:
    kept = remembered.get(memory_key(name))
    if kept is not None:
        return (kept, -1) if kept in FIELDS else ("", 0)
    if _PROPERTY.match(name):
        return PROPERTY, 0
    return _KNOWN.get(plain_name(name), ("", 0))


def memory_key(name: str) -> str:
    """Return under which name a shop's choice is remembered."""
    return name.strip().casefold()[:200]


def property_name(column: str) -> str:
    """Return what the property is called that the column holds."""
    return _PROPERTY.sub("", column, count=1).strip() or column


def without_double(mapping: Iterable[tuple[int, str]]) -> list[str]:
    """Return the fields that more than one column has and only one may."""
    seen: set[str] = set()
    double: dict[str, None] = {}
    for _place, field in mapping:
        if field in seen and field not in REPEATABLE:
            double[field] = None
        seen.add(field)
    return list(double)

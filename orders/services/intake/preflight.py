"""The pre-flight: what a vendor would refuse or could not make is found while the shop still listens."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from django.conf import settings

from backoffice.emails import usable_email
from backoffice.models import Shop
from backoffice.regions import country_code, is_military
from backoffice.texts import has_letter_or_digit
from backoffice.translatable import gettext as _
from backoffice.vendors import messages
from backoffice.vendors.registry import vendor_class
from fulfillment.models import Country, State
from orders.models import AddressRole
from orders.services.intake.input import NewAddress, NewCustoms, NewDocument, NewLine, NewOrder, amount, sealed
from orders.services.intake.line_checks import Errors, JudgedLine, check_url, complain, judge_lines, vendors_of
from orders.services.intake.new_rows import addresses_of, wants_label
from orders.services.intake.price_checks import check_prices
from orders.services.intake.stock_checks import check_stock
from orders.services.intake.street import split_street

# What vendors get to see; the invoice is the shop's own business.
SENT = (AddressRole.RECIPIENT, AddressRole.SHIPPER, AddressRole.EXPORT)
# By hand, since every order asks it.
_COUNTRIES = f"SELECT * FROM {Country._meta.db_table} WHERE iso2 = ANY(%s) OR iso3 = ANY(%s)"  # noqa: S608


@dataclass
class Findings:
    """`errors` maps field paths to complaints, `suggestions` an address to a street and care-of that would fit.

    What the shop may choose to take all the same stands apart: `prices` that nobody would mean, `stock` too small.
    `doubts` are as `errors`, of what a vendor may take and a person has to decide: the order is taken and held.
    `remarks` stop nothing and ought to be known. `email` is the customer's, empty when it is none.
    """

    lines: list[JudgedLine] = field(default_factory=list)
    errors: Errors = field(default_factory=dict)
    prices: Errors = field(default_factory=dict)
    stock: Errors = field(default_factory=dict)
    doubts: Errors = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    email: str = ""
    suggestions: dict[str, dict[str, str]] = field(default_factory=dict)


def check_order(new: NewOrder, *, shop: Shop) -> Findings:
    """All that stands against the order, in a constant number of queries; nothing is changed.

    Must run in the transaction that writes the order: until its end no other takes of the same stock.
    """
    findings = Findings()
    findings.lines = judge_lines(
        new.lines, shop=shop, errors=findings.errors, currency=new.currency, sold_before=new.complaint
    )
    check_countries(((name, address) for _role, name, address in addresses_of(new)), errors=findings.errors)
    check_limits(new, findings, shop=shop)
    check_prices(new, findings.lines, shop=shop, errors=findings.prices)
    # Last, since it locks.
    findings.lines = check_stock(findings.lines, errors=findings.stock)
    return findings


def check_limits(new: NewOrder, findings: Findings, *, shop: Shop) -> None:
    """Add what needs no query: the vendors' own limits, and what the shop sells. `findings` has the lines already."""
    errors = findings.errors
    _check_express(new, findings)
    findings.email = usable_email(new.customer.email or "")
    if new.customer.email and not findings.email:
        # Only letters and reviews need it: what the customer bought is made all the same.
        text = _("%(email)s is no e-mail address: the customer gets no letters and no review requests.")
        findings.remarks.append(text % {"email": new.customer.email})
    for index, document in enumerate(new.documents):
        check_url(document.url, path=f"documents[{index}].url", errors=errors)
    if wants_label(new, shop=shop) and not settings.LABEL_SECRET:
        text = _("Labels cannot be supplied: the back office has no LABEL_SECRET.")
        complain(errors, "generic_label", text)
    for index, line in enumerate(new.lines):
        if line.customs is not None:
            _check_customs(line.customs, path=f"lines[{index}].customs", errors=errors)
    for vendor in vendors_of(findings.lines):
        _check_vendor(new, findings, vendor=vendor)
    for role, name, address in addresses_of(new):
        _move_doubts(address, findings, path=name, is_recipient=role == AddressRole.RECIPIENT)


def _check_express(new: NewOrder, findings: Findings) -> None:
    """Express is offered for all that comes from the catalogue."""
    slow = {line.sku for line in findings.lines if line.variant is not None and not line.variant.express_available}
    for name in ("express_shipping", "express_production"):
        if getattr(new, name):
            for sku in sorted(slow):
                complain(findings.errors, name, _("%(sku)s is not offered as express.") % {"sku": sku})


def _check_customs(customs: NewCustoms, *, path: str, errors: Errors) -> None:
    for name in ("description", "number", "origin"):
        if not getattr(customs, name):
            complain(errors, f"{path}.{name}", _("Missing."))
    if customs.origin and country_code(customs.origin) is None:
        complain(errors, f"{path}.origin", _("%(code)s is no country.") % {"code": customs.origin})


def doubts_about(address: NewAddress | messages.PostalAddress) -> dict[str, str]:
    """What only a person can decide about an address, by field: shops leave streets out, and fill postcodes where a
    country has none.
    """
    doubts: dict[str, str] = {}
    if not address.street:
        doubts["street"] = _("Without a street the parcel may not arrive.")
    if address.zip and not has_letter_or_digit(address.zip):
        doubts["zip"] = _("A postcode has letters or digits.")
    return doubts


def _move_doubts(address: NewAddress, findings: Findings, *, path: str, is_recipient: bool) -> None:
    """A vendor's complaint about such a field is a doubt too; about other addresses than the recipient's only vendors
    complain.
    """
    for name, text in doubts_about(address).items():
        complaint = findings.errors.pop(f"{path}.{name}", None)
        if is_recipient or complaint:
            findings.doubts[f"{path}.{name}"] = [text]


def check_countries(addresses: Iterable[tuple[str, NewAddress | messages.PostalAddress]], *, errors: Errors) -> None:
    """Countries and states are known, and a state is there where the country needs one. Two queries at most.

    `addresses` are given with the path of their field.
    """
    given = [(path, address) for path, address in addresses if address.country_code]
    wanted = {str(address.country_code).upper() for _path, address in given}
    rows = Country.objects.raw(_COUNTRIES, [list(wanted), list(wanted)])
    known = {code: row for row in rows for code in (row.iso2, row.iso3)}
    named = any(address.state_code for _path, address in given)
    states = set(State.objects.filter(country__in=known.values()).values_list("country", "iso2")) if named else set()
    if not known and not Country.objects.exists():
        return  # the reference data have not come in yet: what is not known cannot be judged
    for path, address in given:
        country = known.get(str(address.country_code).upper())
        if country is None:
            text = _("%(code)s is not a country that can be shipped to.")
            complain(errors, f"{path}.country_code", text % {"code": address.country_code})
        else:
            codes = {code for iso2, code in states if iso2 == country.pk}
            _check_state(address.state_code or "", country, codes, path=f"{path}.state_code", errors=errors)


def _check_state(given: str, country: Country, codes: set[str], *, path: str, errors: Errors) -> None:
    if not given:
        if country.state_mandatory:
            complain(errors, path, _("%(country)s needs a state.") % {"country": country.name})
    elif codes and given.upper() not in codes and not is_military(given, country=country.pk):
        text = _("%(code)s is not a state of %(country)s.")
        complain(errors, path, text % {"code": given, "country": country.name})


def _check_vendor(new: NewOrder, findings: Findings, *, vendor: str) -> None:
    """The vendor's own limits, asked of the class that speaks for it."""
    speaker = vendor_class(vendor)
    own = [index for index, judged in enumerate(findings.lines) if judged.vendor == vendor]
    judged_already = set(findings.errors)
    for complaint in speaker.check_order(_as_message(new, findings, own)):
        path = _our_path(complaint.field, own)
        # What the catalogue says of a field says more than that its vendor would refuse it too.
        if path not in judged_already:
            complain(findings.errors, path, complaint.text)
    limit = speaker.ADDRESS_LIMITS["street"][1]
    for role, name, address in addresses_of(new):
        street = address.street or ""
        if role not in SENT or len(street) <= limit or address.care_of:
            continue
        if (parts := split_street(street, limit=limit)) is not None:
            findings.suggestions[name] = {"street": parts[0], "care_of": parts[1]}


def _our_path(path: str, own: list[int]) -> str:
    """`lines.0.sku` counts the vendor's lines, where ours may have others between them: `lines[2].sku`."""
    head, *rest = path.split(".")
    if head == "lines" and rest:
        rest[0] = str(own[int(rest[0])])
    return head + "".join(f"[{part}]" if part.isdecimal() else f".{part}" for part in rest)


def _as_message(new: NewOrder, findings: Findings, own: list[int]) -> messages.OrderToPlace:
    return messages.OrderToPlace(
        # Our number is not known yet, and always fits; the shop's reference is left out where it is too short.
        reference="number",
        recipient=as_postal(new.recipient),
        shipper=as_postal(new.shipper) if new.shipper else None,
        export=as_postal(new.export) if new.export else None,
        complaint=new.complaint,
        express_production=new.express_production,
        express_shipping=new.express_shipping,
        custom_properties=new.custom_properties,
        documents=tuple(_document(document) for document in new.documents),
        lines=tuple(_line(new.lines[index], findings.lines[index]) for index in own),
        sale=messages.Sale(
            number="number",
            currency=new.currency,
            firstname=new.customer.firstname or "",
            lastname=new.customer.lastname or "",
            email=findings.email,
            invoice=as_postal(new.invoice_address) if new.invoice_address else None,
        ),
    )


def as_postal(address: NewAddress) -> messages.PostalAddress:
    """The address as vendors get it."""
    given = msgspec.structs.asdict(address)
    return messages.PostalAddress(**{name: value or "" for name, value in given.items()})


def _document(document: NewDocument) -> messages.DocumentLink:
    return messages.DocumentLink(
        url=document.url,
        kind=document.kind,
        carrier=document.carrier or "",
        tracking_code=document.tracking_code or "",
        credentials=_credentials(document.auth),
    )


def _line(line: NewLine, judged: JudgedLine) -> messages.LineToPlace:
    return messages.LineToPlace(
        reference=line.reference or "",
        kind=messages.LineKind(judged.kind.value),
        quantity=line.quantity,
        sku=judged.sku,
        files=tuple(
            messages.FileLink(url=kept["url"], type=kept["type"], credentials=_credentials(file.auth))
            for file, kept in zip(line.files, judged.files, strict=True)
        ),
        design_id=str(line.design_id or ""),
        custom_product=line.custom_product or "",
        # What stands against its price has been said already.
        unit_price_gross=amount(line.unit_price),
        customs=_customs(line.customs) if line.customs else None,
        custom_properties=line.custom_properties,
    )


def _customs(customs: NewCustoms) -> messages.Customs:
    return messages.Customs(
        description=customs.description,
        number=customs.number,
        origin=customs.origin,
        currency=customs.currency,
        amount=amount(customs.amount),
    )


def _credentials(auth: Any) -> messages.Credentials | None:
    kept = sealed(auth)
    return messages.Credentials(**kept) if kept else None

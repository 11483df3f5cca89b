"""What orders hold of people."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from backoffice.privacy.person import DataSubject
from backoffice.privacy.registry import (
    CLEAR,
    FREE,
    KEEP,
    SCRUB,
    Disclosure,
    Holder,
    afterwards,
    disclosures,
    guards,
    identities,
    marks,
    register,
    register_without,
    searches,
    seeds,
)
from backoffice.text.translatable import gettext as _t
from orders import retention
from orders.models import (
    Address,
    CustomerEditor,
    Design,
    Enquiry,
    Hold,
    Order,
    OrderAlarm,
    OrderDocument,
    OrderEvent,
    OrderLine,
    PartUpload,
    SearchWord,
    ShopFile,
    StrayOrder,
    SuppliedLabel,
    VendorOrder,
    VendorOrderLine,
)
from orders.models.order import OPEN_STATES
from orders.people import OF_PEOPLE, add_answers, add_orders, reference_of, search_people
from orders.services import erasing
from orders.services.search import refresh_searches
from orders.services.spellings import name_words

_NUMBERS = ("vat_id", "commercial_register_entry", "iban", "bic_or_swift", "account_holder", "eori_number")
_ADDRESS = (
    "reference", "company", "department", "firstname", "lastname", "street", "care_of", "zip", "city", "district",
    "state_code", "phone", "fax", "mobile", "email", "commercial_register_entry", "iban", "bic_or_swift",
    "account_holder", "eori_number", "address_id", "address_key",
)  # fmt: skip


def of_orders(model: type[Model], path: str = "order_id") -> Callable[[DataSubject], QuerySet[Any]]:
    """Return what finds the rows of a model that belong to orders of a person."""
    return lambda person: model._base_manager.filter(**{f"{path}__in": person.of(Order)})


def _add_enquiries(person: DataSubject) -> None:
    person.add(Enquiry, _find_enquiries(person).values_list("pk", flat=True))


def identify() -> Iterable[tuple[str, str, int]]:
    """Yield the numbers of orders, what addresses in them are known by, and the e-mails of enquiries."""
    for pk, number in Order.objects.filter(erased_at=None).values_list("pk", "number").iterator(chunk_size=5000):
        yield number, "orders.order", pk
    # Not by e-mail, which shops and others write into addresses of many.
    addresses = Address.objects.filter(role__in=OF_PEOPLE).values_list("pk", "order__number", "role")
    for pk, number, role in addresses.iterator(chunk_size=5000):
        yield reference_of(number, role), "orders.address", pk
    for email in Enquiry.objects.exclude(email="").values_list(Lower("email"), flat=True).iterator(chunk_size=5000):
        yield email, "", 0


def still_open(person: DataSubject) -> Iterable[str]:
    """Yield why orders of theirs, or for them, keep them from being erased."""
    numbers = Order.objects.filter(pk__in=person.concerned(Order), state__in=OPEN_STATES).order_by("pk")
    if named := list(numbers.values_list("number", flat=True)[:5]):
        yield _t("Orders still open: %(numbers)s.") % {"numbers": ", ".join(named)}


def _erase_orders(person: DataSubject, rows: QuerySet[Any]) -> None:
    keys = list(rows.values_list("pk", flat=True))
    rows.update(
        customer_email="", customer_firstname="", customer_lastname="", customer_phone="", gift_message="",
        custom_properties={}, tags=[], fingerprint="", accepts_letters=False, accepts_review_request=False,
    )  # fmt: skip
    refresh_searches(keys)
    names = (part for name in person.names for part in name)
    erasing.forget_words(name_words([*names, *person.streets, *person.shared, *person.towns]))


def _find_addresses(person: DataSubject) -> QuerySet[Any]:
    return Address.objects.filter(Q(order__in=person.of(Order)) | Q(pk__in=person.of(Address)))


def _erase_addresses(person: DataSubject, rows: QuerySet[Any]) -> None:
    own = rows.filter(order__in=person.of(Order))
    found = own.values_list("firstname", "lastname", "company", "care_of", "street")
    person.shared.update(word for row in found for word in row if word)
    person.towns.update(filter(None, rows.values_list("city", flat=True)))
    rows.update(**dict.fromkeys(_ADDRESS, ""))


def _forget_given(person: DataSubject) -> None:
    """Have orders that others placed for them be found by nothing of theirs."""
    if person.givers is not None:
        refresh_searches(person.givers.of(Order))
        erasing.forget_words(name_words([*person.own_words(), *person.towns]))


def _mark(person: DataSubject) -> None:
    add_answers(person)
    if person.givers is not None:
        add_answers(person.givers)
        erasing.mark_given(person.givers.of(Order))
    erasing.mark_orders(person.of(Order))


def _erase_events(person: DataSubject, rows: QuerySet[Any]) -> None:
    erasing.clear_events(rows)


def _find_files(person: DataSubject) -> QuerySet[Any]:
    """Return the shop's files that only orders of theirs print, and the labels of these."""
    named = OrderLine.objects.filter(order__in=person.of(Order)).values_list("files", flat=True)
    ids = {file["file_id"] for files in named for file in files if file.get("file_id")}
    elsewhere = OrderLine.objects.exclude(order__in=person.of(Order))
    others = {one for one in ids if elsewhere.filter(files__contains=[{"file_id": one}]).exists()}
    labels = SuppliedLabel.objects.filter(vendor_order__order__in=person.of(Order)).values("file")
    return ShopFile.objects.filter(Q(public_id__in=ids - others) | Q(pk__in=labels))


def _erase_files(person: DataSubject, rows: QuerySet[Any]) -> None:
    SuppliedLabel.objects.filter(file__in=rows).delete()
    for upload in PartUpload.objects.filter(file__in=rows):
        upload.delete()
    rows.delete()


def _find_designs(person: DataSubject) -> QuerySet[Any]:
    lines = OrderLine.objects.filter(order__in=person.of(Order)).exclude(design_id="").values("design_id")
    return Design.objects.filter(Q(public_id__in=lines) | Q(vendor_id__in=lines))


def _find_editors(person: DataSubject) -> QuerySet[Any]:
    used = Design.objects.exclude(pk__in=person.of(Design)).values("customer")
    return CustomerEditor.objects.filter(designs__in=person.of(Design)).exclude(pk__in=used).distinct()


def _find_enquiries(person: DataSubject) -> QuerySet[Any]:
    return Enquiry.objects.alias(folded=Lower("email")).filter(folded__in=person.emails).exclude(email="")


def _find_strays(person: DataSubject) -> QuerySet[Any]:
    of_theirs = Q(vendor_order__order__in=person.of(Order)) | Q(reference__in=person.references)
    return StrayOrder.objects.filter(of_theirs | Q(report__recipient__email__in=person.emails))


def _made_by(person: DataSubject) -> Iterable[Disclosure]:
    """Yield the vendors that make or made their orders, or what others ordered for them."""
    parts = VendorOrder.objects.filter(order__in=person.concerned(Order), order__is_test=False).exclude(vendor_id="")
    for vendor in sorted(set(parts.values_list("vendor", flat=True))):
        references = parts.filter(vendor=vendor).values_list("reference", flat=True)
        how = _t("Its API cannot delete an order. Request deletion by e-mail with the prepared text.")
        yield Disclosure(vendor, _t("name, address, e-mail, print files and parcels"), tuple(references), how)


retention.add_sources()
seeds.extend([add_orders, _add_enquiries])
disclosures.append(_made_by)
guards.append(still_open)
marks.append(_mark)
afterwards.append(_forget_given)
searches.append(search_people)
identities.append(identify)

register(
    Holder(
        model=Design,
        holds=_("designs that a customer made in a vendor's editor"),
        find=_find_designs,
        deleted=True,
    ),
    Holder(
        model=CustomerEditor,
        holds=_("the shop's key for a customer in a vendor's editor"),
        find=_find_editors,
        deleted=True,
    ),
    Holder(
        model=OrderDocument,
        holds=_("delivery slips and labels: address and tracking code"),
        find=of_orders(OrderDocument),
        deleted=True,
        given=lambda rows: rows,
    ),
    Holder(
        model=ShopFile,
        holds=_("print files and labels that were uploaded for an order"),
        find=_find_files,
        erase=_erase_files,
        # Labels show the address; print files are whoever's who ordered.
        given=lambda rows: rows.filter(pk__in=SuppliedLabel.objects.filter(file__in=rows).values("file")),
        fields={"name": CLEAR},
        kept="files",
    ),
    Holder(
        model=Address,
        holds=_("name, address, telephone, e-mail, bank and tax numbers of recipient, payer and sender"),
        find=_find_addresses,
        erase=_erase_addresses,
        fields={**dict.fromkeys(_ADDRESS, CLEAR), "country_code": KEEP, "vat_id": KEEP},
        kept="addresses",
    ),
    Holder(
        model=OrderLine,
        holds=_("what was bought: print files, personalisation"),
        find=of_orders(OrderLine),
        fields={
            "files": CLEAR,
            "file_credentials": CLEAR,
            "custom_properties": CLEAR,
            "customs": CLEAR,
            "design_id": CLEAR,
            "name": SCRUB,
        },
        plain={"reference": "the shop's name of a line", "custom_product": "the number of a custom product"},
    ),
    Holder(
        model=OrderEvent,
        holds=_("the timeline: notes, vendor messages, address changes"),
        find=of_orders(OrderEvent),
        erase=_erase_events,
        fields={"params": FREE},
    ),
    Holder(
        model=Hold,
        holds=_("why an order was held, with what was wrong in an address"),
        find=of_orders(Hold),
        fields={"text": FREE, "errors": FREE, "release_note": FREE},
    ),
    Holder(
        model=OrderAlarm,
        holds=_("what became known after the end of an order"),
        find=of_orders(OrderAlarm),
        fields={"text": FREE, "settlement": FREE},
    ),
    Holder(
        model=VendorOrderLine,
        holds=_("URLs of files at the vendor"),
        find=of_orders(VendorOrderLine, "vendor_order__order_id"),
        fields={"file_states": CLEAR},
    ),
    Holder(
        model=VendorOrder,
        holds=_("what a vendor produces for an order, and URLs of its documents"),
        find=of_orders(VendorOrder),
        fields={"document_states": CLEAR},
        plain={"abandoned_ids": "numbers of drafts at the vendor"},
    ),
    Holder(
        model=Order,
        holds=_("name, e-mail, telephone, special requests and amounts of the person who ordered"),
        find=of_orders(Order, "pk"),
        erase=_erase_orders,
        fields={
            **dict.fromkeys(
                (
                    "customer_email",
                    "customer_firstname",
                    "customer_lastname",
                    "customer_phone",
                    "gift_message",
                    "custom_properties",
                    "tags",
                    "search",
                    "fingerprint",
                ),
                CLEAR,
            ),
            "number": KEEP,
            "reference": KEEP,
            "totals": KEEP,
        },
        plain={"shipping_method": "one of the shop's"},
    ),
    Holder(
        model=Enquiry,
        holds=_("enquiries sent through a form, with name and e-mail"),
        find=_find_enquiries,
        deleted=True,
        fields={"answers": SCRUB, "name": SCRUB, "subject": SCRUB, "form": SCRUB, "email": SCRUB},
        kept="enquiries",
    ),
    Holder(
        model=StrayOrder,
        holds=_("orders that only a vendor knew, with their recipient"),
        find=_find_strays,
        deleted=True,
        fields={"report": SCRUB, "reason": SCRUB},
        plain={"number": "of an order", "shop_reference": "of an order"},
    ),
    Holder(
        model=SearchWord,
        holds=_(
            "words from names, streets and towns, not linked to a person; deleted with the last order that has them"
        ),
        kept=_("as long as an order has the word"),
        fields={"word": KEEP, "keys": KEEP},
    ),
)
register_without("a file on its way in: it goes with the upload, or after a day", "orders.UploadedPart")
register_without("an upload in parts: it goes with its file", "orders.PartUpload")
register_without("the label that a shop supplied: it goes with its file", "orders.SuppliedLabel")

"""Who is who in orders: who ordered, and who stands in an order of somebody else, such as who got a present."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Max, Min, Q, QuerySet, Value
from django.db.models.functions import Concat, Lower

from backoffice.accounts.models import IdempotencyKey
from backoffice.privacy.person import DataSubject, last_digits
from backoffice.privacy.registry import PossiblePerson
from backoffice.text.translatable import gettext as _t
from catalog.models import CustomProduct
from orders.models import Address, AddressRole, Order, OrderLine, VendorOrder
from orders.services.search import ADDRESS_FIELDS, PHONE_FIELDS, search_orders
from orders.services.spellings import SHORTEST_PHONE, spell, spellings_of, words_of

MOST_FOUND = 50
_READ_AT_ONCE = 20_000
# The others are addresses of whoever sends.
OF_PEOPLE = (AddressRole.RECIPIENT, AddressRole.INVOICE, AddressRole.LETTER)
_SHARED = ("company", "care_of", "account_holder")
_PHONES = (*PHONE_FIELDS, "fax")
Name = tuple[str, str]


def known_by_orders(keys: Collection[int]) -> DataSubject:
    """Return who is known by these orders alone: other orders of the same e-mail are not meant."""
    person = DataSubject()
    person.add(Order, keys)
    person.references.update(Order.objects.filter(pk__in=keys).values_list("number", flat=True))
    codes = VendorOrder.objects.filter(order__in=keys).values_list("reference", "vendor_id")
    person.references.update(code for pair in codes for code in pair if code)
    return person


def add_orders(person: DataSubject) -> None:
    """Add all orders of the person's e-mails and the addresses in orders of others that are theirs, with what these
    say of them.
    """
    begun = Address.objects.filter(pk__in=person.of(Address)).exclude(email="").select_related("order")
    person.emails.update(_own_emails(begun))
    asked = set(person.emails)
    person.add(Order, _ordered_by(asked))
    for order in Order.objects.filter(pk__in=person.of(Order)).defer("search", "custom_properties"):
        _add_customer(person, order)
    places = set()
    for address in Address.objects.filter(order__in=person.of(Order), role__in=OF_PEOPLE):
        _add_address(person, address)
        if name_of(address) in person.names:
            places.add(address)
    _add_received(person, asked=asked, places=places)
    _add_products(person)
    person.references.update(known_by_orders(person.of(Order)).references)
    person.phones.discard("")
    person.namesakes.update(name for name in person.names if _has_namesake(person, name))


def add_answers(person: DataSubject) -> None:
    """Add the stored answers to requests for orders of theirs, which name them in parts: all since are read through,
    some thousand at a time. Nothing for who is known by orders alone.
    """
    numbers = dict(Order.objects.filter(pk__in=person.of(Order)).values_list("number", "created_at"))
    if not numbers or not person.names:
        return
    answers = IdempotencyKey.objects.filter(created_at__gte=min(numbers.values()))
    ends = answers.aggregate(low=Min("pk"), high=Max("pk"))
    for low in range(ends["low"] or 0, (ends["high"] or 0) + 1, _READ_AT_ONCE):
        some = answers.filter(pk__gte=low, pk__lt=low + _READ_AT_ONCE, answer__number__in=list(numbers))
        person.add(IdempotencyKey, some.values_list("pk", flat=True))


def name_of(address: Address) -> Name:
    return address.firstname, address.lastname


def reference_of(number: str, role: str) -> str:
    """Return what an address is called outside of the database, where it has no e-mail to be known by."""
    return f"{number}/{role}"


def _ordered_by(emails: Collection[str]) -> QuerySet[Order, int]:
    rows = Order.objects.alias(folded=Lower("customer_email")).filter(folded__in=set(emails) - {""})
    return rows.values_list("pk", flat=True)


def _with_email(emails: Collection[str]) -> QuerySet[Address]:
    """Return the addresses with one of these e-mails, by index."""
    rows = Address.objects.exclude(email="").alias(folded=Lower("email"))
    return rows.filter(folded__in=set(emails) - {""})


def _add_products(person: DataSubject) -> None:
    products = OrderLine.objects.filter(order__in=person.of(Order)).exclude(custom_product="").values("custom_product")
    person.add(CustomProduct, CustomProduct.objects.filter(external_id__in=products).values_list("pk", flat=True))


def _add_customer(person: DataSubject, order: Order) -> None:
    person.emails.update({order.customer_email.lower()} - {""})
    person.names.update({(order.customer_firstname, order.customer_lastname)} - {("", "")})
    person.phones.update({order.customer_phone} - {""})


def _add_address(person: DataSubject, address: Address) -> None:
    """Add an address of an order of theirs: all of it where it is their own, and what may be somebody else's where it
    names another.
    """
    name = name_of(address)
    is_own = name in person.names or name == ("", "") or address.email.lower() in person.emails
    if is_own:
        person.names.add(name)
        person.streets.add(address.street)
        person.emails.update({address.email.lower()} - {""})
        person.others.update(filter(None, (address.iban, address.email)))
    else:
        person.shared.update(filter(None, (*name, " ".join(name).strip(), address.street, address.email)))
    person.phones.update(filter(None, (getattr(address, one) for one in _PHONES)))
    person.shared.update(filter(None, (getattr(address, one) for one in _SHARED)))
    person.names.discard(("", ""))
    person.streets.discard("")


def _add_received(person: DataSubject, *, asked: Collection[str], places: set[Address]) -> None:
    """Add the addresses in orders of others that are theirs: those begun with, those with an e-mail that was asked for,
    and what has the same name and place. `places` are addresses of their own orders.
    """
    of_people = Address.objects.filter(role__in=OF_PEOPLE).select_related("order")
    others = of_people.exclude(order__in=person.of(Order))
    found = {one.pk: one for one in others.filter(pk__in=person.of(Address))}
    for one in others.filter(pk__in=_with_email(person.emails).values("pk")):
        if one.email.lower() in asked or name_of(one) in person.names:
            found[one.pk] = one
    for one in _in_same_place(others, [*places, *found.values()]):
        found[one.pk] = one
    if not found:
        return
    names, orders = set(map(name_of, found.values())) - {("", "")}, {one.order_id for one in found.values()}
    found |= {one.pk: one for one in others.filter(order__in=orders) if name_of(one) in names}
    person.add(Address, found)
    person.givers = _givers(person, orders)
    for one in found.values():
        _add_own_words(person, one, person.givers)
    person.emails.update(_own_emails(found.values()))


def _in_same_place(rows: QuerySet[Address], places: Iterable[Address]) -> QuerySet[Address]:
    """Return the addresses with the name, the street and the postcode of one of these, by index."""
    known = {(*name_of(one), one.street, one.zip) for one in places if all((*name_of(one), one.street))}
    same = Q(pk__in=[])
    for first, last, street, code in known:
        same |= Q(firstname__iexact=first, lastname__iexact=last, street__iexact=street, zip=code)
    by_street = rows.exclude(street="").alias(folded=Lower("street"))
    return by_street.filter(same, folded__in={street.lower() for _first, _last, street, _code in known})


def _givers(person: DataSubject, orders: Collection[int]) -> DataSubject:
    """Return who placed these orders, as the orders name them. A name that is the person's too is the person's."""
    givers = known_by_orders(orders)
    for order in Order.objects.filter(pk__in=orders).defer("search", "custom_properties"):
        _add_customer(givers, order)
    for address in Address.objects.filter(order__in=orders).exclude(pk__in=person.of(Address)):
        givers.names.update({name_of(address)} - {("", "")})
        givers.emails.update({address.email.lower()} - {""})
        givers.streets.update({address.street} - {""})
        givers.phones.update(filter(None, (getattr(address, one) for one in _PHONES)))
        givers.shared.update(filter(None, (getattr(address, one) for one in _SHARED)))
    own = Address.objects.filter(pk__in=person.of(Address))
    givers.names -= set(map(name_of, own))
    _add_products(givers)
    return givers


def _add_own_words(person: DataSubject, address: Address, givers: DataSubject) -> None:
    """Add what an address in an order of somebody else says of them. What they have in common with whoever ordered may
    be the other's: a household's street, the telephone number of who waits for the parcel.
    """
    person.names.update({name_of(address)} - {("", "")})
    (person.shared if address.street in givers.streets else person.streets).update({address.street} - {""})
    theirs = set(map(last_digits, givers.phones))
    phones = filter(None, (getattr(address, one) for one in _PHONES))
    person.phones.update(phone for phone in phones if last_digits(phone) not in theirs)
    person.others.update({address.iban} - {""})
    person.shared.update(filter(None, (getattr(address, one) for one in _SHARED)))
    person.references.add(reference_of(address.order.number, address.role))


def _own_emails(addresses: Iterable[Address]) -> set[str]:
    """Return the e-mails of these that are of whoever has the address: people write their own into those of others, and
    shops theirs into all.
    """
    known = {one.email.lower(): one for one in addresses if one.email}
    found = _with_email(known).annotate(email_=Lower("email"), name=Lower(Concat("firstname", Value(" "), "lastname")))
    names = found.values_list("email_").annotate(Min("name"), Max("name"))
    of_one = {email for email, first, last in names if first == last}
    return {email for email, one in known.items() if email in of_one and email != one.order.customer_email.lower()}


def _has_namesake(person: DataSubject, name: Name) -> bool:
    """Return whether somebody else has the name, who ordered or stands in an order."""
    first, last = name
    found = search_orders(Order.objects.all(), " ".join(name)).exclude(pk__in=person.of(Order))
    known = person.concerned(Order)
    if found.exclude(pk__in=known).filter(customer_firstname__iexact=first, customer_lastname__iexact=last).exists():
        return True
    others = Address.objects.filter(role__in=OF_PEOPLE, order__in=found.values("pk")).exclude(pk__in=person.of(Address))
    return others.filter(firstname__iexact=first, lastname__iexact=last).exists()


@dataclass(frozen=True)
class _Named:
    """Somebody whom an order names, with all that it calls them."""

    person: PossiblePerson
    words: frozenset[str]
    phones: frozenset[str]

    def is_named_by(self, text: str) -> bool:
        """Return whether a word of the text begins one of theirs, or is their telephone number."""
        digits = last_digits(text)
        if len(digits) >= SHORTEST_PHONE and any(phone.endswith(digits) for phone in self.phones):
            return True
        typed = tuple(spelling for word in words_of(text) for spelling in spellings_of(word))
        return any(word.startswith(typed) for word in self.words)


def search_people(text: str) -> Iterable[PossiblePerson]:
    """Yield whom the orders that are found by the text name by it, the newest first: who ordered, and whoever else
    stands in an address. Of an order that is found by something else, all whom it names.
    """
    seen = set()
    keys = [*search_orders(Order.objects.all(), text).order_by("-pk").values_list("pk", flat=True)[:MOST_FOUND]]
    if "@" in text:
        keys += _with_email({text.lower()}).order_by("-pk").values_list("order", flat=True)[:MOST_FOUND]
    orders = Order.objects.filter(pk__in=keys).defer("search", "custom_properties").order_by("-pk")
    for order in orders.prefetch_related("addresses"):
        people = _people_of(order, text.lower())
        for one in [one for one in people if one.is_named_by(text)] or people:
            key = (one.person.emails or one.person.rows, one.person.title if not one.person.emails else "")
            if key not in seen:
                seen.add(key)
                yield one.person


def _people_of(order: Order, text: str) -> list[_Named]:
    """Return who ordered, and whoever else has an address in the order."""
    addresses = [one for one in order.addresses.all() if one.role in OF_PEOPLE]
    email, name = order.customer_email, (order.customer_firstname, order.customer_lastname)
    emails, rows = ((email.lower(),), ()) if email else ((), (("orders.order", order.pk),))
    who = PossiblePerson(" ".join(name).strip() or email or order.number, email or order.number, emails, rows)
    # An order without a name is of whoever gets it, for all that is known.
    own = [one for one in addresses if name_of(one) in (name, ("", "")) or name == ("", "")]
    others = [one for one in addresses if name_of(one) not in (name, ("", ""))]
    return [
        _named(who, [*name, email], [order.customer_phone], own),
        *(_named(_receiver(order, one, text), [], [], [one]) for one in others),
    ]


def _receiver(order: Order, address: Address, text: str) -> PossiblePerson:
    """Return who has an address in an order of somebody else: begun with the e-mail where that was typed."""
    detail = _t("Address in order %(number)s of another customer") % {"number": order.number}
    emails, rows = ((text,), ()) if address.email.lower() == text else ((), (("orders.address", address.pk),))
    return PossiblePerson(" ".join(name_of(address)).strip(), detail, emails, rows)


def _named(person: PossiblePerson, texts: list[str], phones: list[str], addresses: Iterable[Address]) -> _Named:
    words = [*texts, *(getattr(one, name) for one in addresses for name in ADDRESS_FIELDS)]
    numbers = [*phones, *(getattr(one, name) for one in addresses for name in PHONE_FIELDS)]
    spelt = frozenset(word for text in words for word in spell(text))
    return _Named(person, spelt, frozenset(map(last_digits, filter(None, numbers))))

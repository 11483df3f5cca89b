"""Which customers somebody means: those whose orders are found by it, by the newest order of each."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Lower

from backoffice.visibility import visible
from orders.customers.models import CustomerEmail
from orders.customers.services.bought import Bought, orders_of
from orders.customers.services.people import Person
from orders.models import Order
from orders.services.known_words import find_meant
from orders.services.search import search_orders
from orders.services.spellings import (
    find_phones,
    fold,
    spell,
    spell_phone,
    spellings_of,
    spellings_of_phone,
    words_of,
)

# So many of the newest orders that are found say which customers are.
MOST_FOUND = 500
# Orders of one customer that are counted in a list.
MOST_COUNTED = 100
MOST_ALIKE = 5


@dataclass(frozen=True)
class Alike:
    """Another e-mail that may be of the same person, and what the two have in common."""

    email: str
    name: str
    is_same_phone: bool


def newest_of_customers() -> QuerySet[Order]:
    """Return the newest order of each e-mail, unordered."""
    of_email = Order.objects.alias(folded=Lower("customer_email")).filter(folded=Lower(OuterRef("customer_email")))
    newer = visible(of_email.filter(pk__gt=OuterRef("pk")))
    return visible(Order.objects.filter(is_test=False)).exclude(customer_email="").filter(~Exists(newer))


def find_customers(text: str) -> QuerySet[Order]:
    """Return an order of each customer whose orders are found by the text, of those placed last, unordered."""
    found = search_orders(visible(Order.objects.filter(is_test=False)).exclude(customer_email=""), text).order_by("-pk")
    newest: dict[str, int] = {}
    for pk, email in found.values_list("pk", "customer_email")[:MOST_FOUND]:
        newest.setdefault(email.lower(), pk)
    return Order.objects.filter(pk__in=newest.values())


def count_orders(orders: Iterable[Order]) -> dict[str, int]:
    """Return how many orders each of these customers has, by e-mail; at most MOST_COUNTED. One query."""
    keys = [order.pk for order in orders]
    own = orders_of(Lower(OuterRef("customer_email"))).order_by("-pk").values("pk")[:MOST_COUNTED]
    rows = Order.objects.filter(pk__in=keys).annotate(own=ArraySubquery(own))
    return {email.lower(): len(found) for email, found in rows.values_list("customer_email", "own")}


def others_of(emails: Iterable[str]) -> dict[str, list[str]]:
    """Return the e-mails that each of these is merged with. Two queries."""
    rows = dict(CustomerEmail.objects.filter(email__in=list(emails)).values_list("email", "customer_id"))
    together: dict[int, list[str]] = {}
    others = visible(CustomerEmail.objects.filter(customer__in=rows.values()))
    for customer, email in others.values_list("customer_id", "email"):
        together.setdefault(customer, []).append(email)
    return {email: [one for one in together[customer] if one != email] for email, customer in rows.items()}


def find_alike(person: Person, bought: Bought, *, household: str) -> list[Alike]:
    """Return other e-mails that ordered with the same telephone number, or to the same name at the same address
    (`household`, as one would search it). A handful; two searches at most.
    """
    found: dict[str, Alike] = {}
    for text, is_same_phone in ((next(iter(bought.phones), ""), True), (household, False)):
        if not words_of(text):
            continue
        known = visible(Order.objects.filter(is_test=False)).exclude(customer_email="")
        rows = search_orders(known, text).order_by("-pk")
        for row in rows.only("customer_email", "customer_firstname", "customer_lastname")[:50]:
            email = row.customer_email.lower()
            if email not in person.emails:
                found.setdefault(email, Alike(email, row.customer_name, is_same_phone))
    return list(found.values())[:MOST_ALIKE]


def quotes_customer(text: str, orders: Iterable[Order]) -> list[Order]:
    """Return those of the orders whose customer is meant by the text, and not the order: name, e-mail or telephone.
    One query at most.
    """
    folded = fold(text)
    phones = [spellings_of_phone(phone[0]) for phone in find_phones(folded)]
    typed = [] if phones else [spellings_of(word) for word in words_of(folded)]
    meant = find_meant(word for spellings in typed for word in spellings[:1])
    wanted = [*phones, *([*spellings, *meant.get(spellings[0], [])] for spellings in typed)]
    return [order for order in orders if order.customer_email and wanted and _has(order, wanted)]


def _has(order: Order, wanted: list[list[str]]) -> bool:
    words = {*spell(order.customer_name), *spell(order.customer_email), *spell_phone(order.customer_phone)}
    return all(any(word.startswith(one) for word in words for one in spellings) for spellings in wanted)

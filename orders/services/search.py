"""Finding an order by whatever a customer quotes of it: a number with or without its dashes, a telephone number in any
spelling, a name with a slip in it, a street, a tracking code, a vendor's id.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import connection
from django.db.models import BooleanField, CharField, F, Func, Q, QuerySet, Value

from backoffice.accounts.models import Shop
from backoffice.sight import may_see_personal_data
from backoffice.vendors.registry import account_names
from fulfillment.models import Shipment
from orders.models import Address, AddressRole, Order, OrderDocument, OrderLine, VendorOrder
from orders.services.known_words import find_meant, learn_names
from orders.services.spellings import (
    find_phones,
    fold,
    join,
    spell,
    spell_phone,
    spellings_of,
    spellings_of_phone,
    words_of,
)

MOST_WORDS = 10
MOST_QUOTED = 50
# Orders found up to which their keys are named rather than the words.
MOST_RARE = 1000
# Who gets it and who pays for it ask for it; the sender is ourselves.
QUOTED_ROLES = (AddressRole.RECIPIENT, AddressRole.INVOICE)
NAME_FIELDS = ("firstname", "lastname", "company", "care_of", "street", "city")
ADDRESS_FIELDS = (*NAME_FIELDS, "zip", "email")
PHONE_FIELDS = ("phone", "mobile")
# A text in several words may be one code whose groups were read aloud.
_SHORTEST_CODE = 8
_SHORT_NUMBER = 3

_UPDATE = """
UPDATE orders_order SET search = array_to_tsvector(string_to_array(made.words, ' '))
FROM unnest(%s::bigint[], %s::text[]) AS made (id, words) WHERE orders_order.id = made.id
"""


def build_search(order: Order, *, addresses: Iterable[Address], codes: Iterable[str]) -> Func:
    """Return the value of `order.search`; `codes` are its SKUs and tracking codes. Its names are known from the
    commit on.
    """
    words = _words_to_find(order, addresses := _quoted(addresses), codes)
    learn_names([_names_of(order, addresses)])
    return Func(
        Value(words, output_field=ArrayField(CharField())),
        function="array_to_tsvector",
        template="%(function)s(%(expressions)s::text[])",
        output_field=SearchVectorField(),
    )


def refresh_search(order: Order) -> None:
    """Bring `order.search` up to date with its customer, addresses, lines, labels and parcels."""
    refresh_searches([order.pk])


def refresh_searches(keys: Collection[int]) -> None:
    """Bring `search` of these orders up to date; six queries and one for their names, however many they are."""
    addresses: dict[int, list[Address]] = defaultdict(list)
    for address in Address.objects.filter(order__in=keys, role__in=QUOTED_ROLES):
        addresses[address.order_id].append(address)
    codes: dict[int, list[str]] = defaultdict(list)
    for model, name in ((OrderLine, "sku"), (Shipment, "tracking_code"), (OrderDocument, "tracking_code")):
        for key, code in model._default_manager.filter(order__in=keys).order_by().values_list("order_id", name):
            codes[key].append(code)
    orders = list(Order.objects.filter(pk__in=keys).defer("search", "custom_properties"))
    found = [" ".join(_words_to_find(order, addresses[order.pk], codes[order.pk])) for order in orders]
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, [[order.pk for order in orders], found])
    learn_names(_names_of(order, addresses[order.pk]) for order in orders)


def search_orders(orders: QuerySet[Order], text: str) -> QuerySet[Order]:
    """Return those orders that have every word of the text, or words that begin with it, in any spelling; a name that
    nobody has finds those one slip away. No text finds all, one without a word nothing. Three queries at most, each by
    index. Who may not see personal data finds orders by their numbers alone.
    """
    if text.strip() and not may_see_personal_data():
        # A name that finds an order is a name that is shown.
        return orders.filter(pk__in=find_quoted_orders(text.strip()))
    query = _query_for(text)
    if not query:
        # Signs alone are no word, and nothing is all that they find: whatever is found may be acted upon at once.
        return orders.none() if text.strip() else orders
    # Django's SearchQuery would give the words to the parser after all.
    matches = Func(
        F("search"), Value(query), template="(%(expressions)s::tsquery)", arg_joiner=" @@ ", output_field=BooleanField()
    )
    named = _quoted_at_vendors(text)
    # PostgreSQL takes what is found by beginnings of words for a thousandth of all, and would read a million orders,
    # newest first, until it has a page of what only one has. So few are looked up first, where no order tempts it.
    few = list(Order.objects.filter(matches).order_by().values_list("pk", flat=True)[: MOST_RARE + 1])
    if len(few) <= MOST_RARE:
        return orders.filter(pk__in={*few, *named})
    return orders.filter(Q(matches) | Q(pk__in=named)) if named else orders.filter(matches)


def find_quoted_orders(text: str) -> set[int]:
    """Return the ids of the orders that somebody means who quotes our number (with or without dashes), the shop's
    reference, our reference at the vendor, or the vendor's id; a handful at most, by index.
    """
    # Shops are named because the index begins with them.
    shops = dict(Shop.objects.values_list("pk", "code"))
    numbers = {text, text.upper(), *_with_dashes(text.upper(), shops.values())}
    of_shops = Q(shop__in=list(shops), reference=text)
    own = Order.objects.filter(Q(number__in=numbers) | of_shops).values_list("pk", flat=True)
    return {*own[:MOST_QUOTED], *_placed_as(text)}


def _placed_as(text: str) -> Iterable[int]:
    # Vendors are named because the indexes begin with them.
    of_vendors = Q(vendor__in=account_names()) & (Q(reference=text) | Q(vendor_id=text))
    return VendorOrder.objects.filter(of_vendors).values_list("order_id", flat=True)[:MOST_QUOTED]


def _quoted_at_vendors(text: str) -> list[int]:
    """Return the orders that are meant by a vendor's id or our reference there: one word, with a digit in it."""
    code = text.strip()
    is_code = any(map(str.isdigit, code)) and not any(map(str.isspace, code)) and "\0" not in code
    return list(_placed_as(code)) if is_code else []


def _with_dashes(number: str, codes: Iterable[str]) -> Iterator[str]:
    """Yield the numbers that are meant without their dashes: WEB100123, WEB1100002B."""
    for code in codes:
        rest = re.fullmatch(r"(\d+)([A-Z]*)", number[len(code) :]) if number.startswith(code.upper()) else None
        if rest:
            yield "-".join(filter(None, (code, rest[1], rest[2])))


def _quoted(addresses: Iterable[Address]) -> list[Address]:
    return [address for address in addresses if address.role in QUOTED_ROLES]


def _names_of(order: Order, addresses: Iterable[Address]) -> list[str]:
    names = [getattr(address, name) for address in addresses for name in NAME_FIELDS]
    return [order.customer_firstname, order.customer_lastname, *names]


def _words_to_find(order: Order, addresses: Collection[Address], codes: Iterable[str]) -> list[str]:
    texts = [order.number, order.reference, order.customer_email, order.customer_name, *codes]
    texts += [getattr(address, name) for address in addresses for name in ADDRESS_FIELDS]
    phones = [order.customer_phone, *(getattr(address, name) for address in addresses for name in PHONE_FIELDS)]
    words = {word for text in dict.fromkeys(texts) for word in spell(text)}
    return sorted(words.union(*map(spell_phone, dict.fromkeys(phones))))


def _query_for(text: str) -> str:
    """Return the text as a `tsquery`; empty when there is no word in it."""
    folded = fold(text)
    phones = list(find_phones(folded))[:MOST_WORDS]
    rest = folded
    for phone in reversed(phones):
        rest = f"{rest[: phone.start()]} {rest[phone.end() :]}"
    words = words_of(rest)[: MOST_WORDS - len(phones)]
    meant = find_meant(words)
    # "WEB 600000": a code's letters are whole, and half of all orders have words that begin with them.
    spelt = _is if len(words) == len(phones) == 1 else _begins
    terms = [_any_of(spelt(spellings_of(word)), _is(meant.get(word, []))) for word in words]
    terms += [_phone_term(phone[0]) for phone in phones]
    query = " & ".join(terms)
    code = join(folded)
    is_grouped = len(words) + len(phones) > 1 and any(map(str.isdigit, code)) and "@" not in text
    return _any_of([f"({query})"], _begins([code])) if is_grouped and len(code) >= _SHORTEST_CODE else query


def _phone_term(phone: str) -> str:
    """Return what is looked for by a telephone number: itself in any spelling, or words of digits in any order."""
    words = words_of(phone)
    # Half of all orders have a word that begins with "49".
    terms = [term for word in words for term in (_begins if len(word) > _SHORT_NUMBER else _is)([word])]
    apart = [" & ".join(terms)] if len(words) > 1 else []
    return _any_of(_begins(spellings_of_phone(phone)), [f"({one})" for one in apart])


def _begins(words: Iterable[str]) -> list[str]:
    return [f"'{_quote(word)}':*" for word in words]


def _is(words: Iterable[str]) -> list[str]:
    return [f"'{_quote(word)}'" for word in words]


def _any_of(*terms: list[str]) -> str:
    together = [term for some in terms for term in some]
    return together[0] if len(together) == 1 else f"({' | '.join(together)})"


def _quote(word: str) -> str:
    return word.replace("\\", "\\\\").replace("'", "''")

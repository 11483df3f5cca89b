"""Finding an order by whatever a customer quotes of it.

The words are made here rather than by PostgreSQL's parser, which reads "WEB-1001" as a word and a negative number:
indexed and searched words go through the same few lines. No accents, no case, each word whole and in its parts.
"""

import re
import unicodedata
from collections.abc import Iterable

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db.models import BooleanField, CharField, F, Func, Q, QuerySet, Value

from backoffice.accounts.models import Shop
from backoffice.vendors.registry import vendor_names
from orders.models import AddressRole, Order, VendorOrder

# PostgreSQL takes words of up to 2,046 bytes; nobody quotes longer ones than this.
LONGEST_WORD = 200
MOST_WORDS = 10
MOST_QUOTED = 50
PART = re.compile(r"\w+")
# From the first letter or digit to the last; in one pass, however many signs are between.
CORE = re.compile(r"\w(?:.*\w)?", re.DOTALL)
ADDRESS_FIELDS = ("firstname", "lastname", "company", "zip", "city")


def build_vector(texts: Iterable[str]) -> Func:
    """Return the value of `Order.search` for an order of which these texts may be quoted."""
    words = sorted({word for text in texts for word in _indexed_words(text)})
    return Func(
        Value(words, output_field=ArrayField(CharField())),
        function="array_to_tsvector",
        template="%(function)s(%(expressions)s::text[])",
        output_field=SearchVectorField(),
    )


def refresh_search(order: Order) -> None:
    """Bring `order.search` up to date with its lines, recipient and parcels; three queries and the update."""
    texts = [
        order.number,
        order.reference,
        order.customer_email,
        order.customer_firstname,
        order.customer_lastname,
        *spell_phone(order.customer_phone),
        *order.lines.values_list("sku", flat=True),
        *order.shipments.values_list("tracking_code", flat=True),
    ]
    for address in order.addresses.filter(role=AddressRole.RECIPIENT):
        texts += [getattr(address, name) for name in ADDRESS_FIELDS]
    Order.objects.filter(pk=order.pk).update(search=build_vector(texts))


def search_orders(orders: QuerySet[Order], text: str) -> QuerySet[Order]:
    """Return those orders that have every word of the text, or words that begin with it."""
    query = " & ".join(f"'{_quote(word)}':*" for word in _words(text)[:MOST_WORDS])
    if not query:
        return orders
    # Django's SearchQuery would give the words to the parser after all.
    matches = Func(
        F("search"), Value(query), template="(%(expressions)s::tsquery)", arg_joiner=" @@ ", output_field=BooleanField()
    )
    return orders.filter(matches)


def find_quoted_orders(text: str) -> set[int]:
    """Return the ids of the orders that somebody means who quotes our number, the shop's reference, our reference at
    the vendor, or the vendor's id; a handful at most, by index.
    """
    # Shops and vendors are named because the indexes begin with them.
    of_shops = Q(shop__in=list(Shop.objects.values_list("pk", flat=True)), reference=text)
    of_vendors = Q(vendor__in=vendor_names()) & (Q(reference=text) | Q(vendor_id=text))
    own = Order.objects.filter(Q(number__in={text, text.upper()}) | of_shops).values_list("pk", flat=True)
    placed = VendorOrder.objects.filter(of_vendors).values_list("order_id", flat=True)
    return {*own[:MOST_QUOTED], *placed[:MOST_QUOTED]}


def spell_phone(phone: str) -> list[str]:
    """Return a telephone number as it was given and without its spaces and strokes."""
    return [phone, re.sub(r"\D", "", phone)]


def _indexed_words(text: str) -> Iterable[str]:
    for word in _words(text):
        yield word
        yield from PART.findall(word)


def _words(text: str) -> list[str]:
    """Return the words, folded and without the signs around them: "(Größer)," is looked up as "grosser"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    folded = "".join(letter for letter in decomposed if not unicodedata.combining(letter) and letter != "\0")
    return [core[0][:LONGEST_WORD] for word in folded.split() if (core := CORE.search(word))]


def _quote(word: str) -> str:
    return word.replace("\\", "\\\\").replace("'", "''")

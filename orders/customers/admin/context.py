"""Everything the page of one customer shows, in a number of queries that does not depend on how much they ordered."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.urls import reverse

from backoffice.engine.admin.timeline import Timeline, read_timeline
from backoffice.states import Chip
from backoffice.visibility import seen_shops, visible
from orders.admin.order_page.chips import status_chips
from orders.customers.models import CustomerEmail, CustomerEvent, CustomerMerge, CustomerNote
from orders.customers.services.addresses import KnownAddress, read_addresses
from orders.customers.services.bought import Bought, newest_orders, read_bought
from orders.customers.services.finding import Alike, find_alike
from orders.customers.services.history import SENTENCES, describe
from orders.customers.services.merging import merges_of
from orders.customers.services.people import Person, find_person
from orders.models import Enquiry, Order

ORDERS_SHOWN = 15
MOST_NOTES = 50
MOST_ENQUIRIES = 10


@dataclass(frozen=True)
class ShownOrder:
    order: Order
    chips: list[Chip]


@dataclass(frozen=True)
class PageOfOrders:
    """Some of the orders, newest first; `older` is the query of the next ones, empty at the end."""

    rows: list[ShownOrder]
    older: str
    newest: str


@dataclass(frozen=True)
class CustomerContext:
    """Who it is and what they bought: given to those who add to the page."""

    person: Person
    bought: Bought

    @property
    def email(self) -> str:
        return self.person.email

    @property
    def order_keys(self) -> list[int]:
        """Keys of the newest orders."""
        return [order.pk for order in self.bought.orders]

    @property
    def name(self) -> str:
        return self.bought.name or self.email


@dataclass(frozen=True)
class CustomerPage:
    """The rest of the page."""

    orders: PageOfOrders
    addresses: list[KnownAddress]
    notes: list[CustomerNote]
    enquiries: list[Enquiry]
    merges: list[CustomerMerge]
    alike: list[Alike]
    timeline: Timeline


def customer_url(email: str, **parameters: object) -> str:
    """Return the address of the customer's page. In its query, since an e-mail may have any sign in it."""
    query = urlencode({"email": email.lower(), **{name: str(value) for name, value in parameters.items()}})
    return f"{reverse('admin:customers_customer_page')}?{query}"


def read_customer(email: str) -> CustomerContext:
    """Return who has that e-mail, as the reader may know them. Three queries at most, one more for some shops."""
    person = _as_seen(find_person(email))
    return CustomerContext(person, read_bought(person.emails))


def _as_seen(person: Person) -> Person:
    """Leave the e-mails with which somebody ordered where the reader sees it; of others nothing is known."""
    if person.customer is None or seen_shops() is None:
        return person
    rows = visible(CustomerEmail.objects.filter(customer=person.customer.pk))
    seen = set(rows.values_list("email", flat=True))
    emails = tuple(email for email in person.emails if email in seen)
    return Person(emails, person.customer) if person.email in seen else Person((person.email,))


def read_page(context: CustomerContext, *, older: int | None, may_change: bool) -> CustomerPage:
    """Return what stands below the head. Suggestions are made to those who may follow them."""
    person, customer = context.person, context.person.customer
    addresses = read_addresses(context.order_keys)
    merges = [merge for merge in merges_of(person) if seen_shops() is None or set(merge.emails) <= set(person.emails)]
    own = [customer.pk, *(merge.gone_id for merge in merges)] if customer else []
    household = " ".join(addresses[0].lines) if addresses else ""
    return CustomerPage(
        orders=_orders(person, older=older),
        addresses=addresses,
        notes=list(customer.notes.all()[:MOST_NOTES]) if customer else [],
        enquiries=list(_enquiries(person)[:MOST_ENQUIRIES]),
        merges=merges,
        alike=find_alike(person, context.bought, household=household) if may_change else [],
        timeline=read_timeline(CustomerEvent.objects.filter(customer__in=own), sentences=SENTENCES, describe=describe),
    )


def _orders(person: Person, *, older: int | None) -> PageOfOrders:
    keys = newest_orders(person.emails, most=ORDERS_SHOWN + 1, older=older)
    rows = Order.objects.filter(pk__in=keys[:ORDERS_SHOWN]).select_related("shop").order_by("-pk")
    shown = [ShownOrder(row, status_chips(row, reasons=[])) for row in rows.defer("search", "custom_properties")]
    more = len(keys) > ORDERS_SHOWN
    return PageOfOrders(
        shown,
        older=customer_url(person.email, older=keys[ORDERS_SHOWN - 1]) if more else "",
        newest=customer_url(person.email) if older else "",
    )


def _enquiries(person: Person) -> QuerySet[Enquiry]:
    folded = Enquiry.objects.alias(folded=Lower("email")).filter(folded__in=person.emails)
    return visible(folded).exclude(email="").select_related("shop").order_by("-pk")

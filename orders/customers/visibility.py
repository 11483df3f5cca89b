"""Which customers are seen: those with an order in a shop that the reader sees. What staff wrote down about a person is
of the person, and so is read in each shop where they ordered.
"""

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower

from backoffice.visibility import register_condition, register_through
from orders.customers.models import Customer, CustomerEmail, CustomerEvent, CustomerMerge, CustomerNote
from orders.models import Order


def _emails(shops: frozenset[int]) -> Q:
    """Return the condition of e-mails with which somebody ordered there."""
    orders = Order.objects.alias(folded=Lower("customer_email")).filter(shop__in=shops)
    return Q(Exists(orders.filter(folded=OuterRef("email"))))


def _customers(shops: frozenset[int]) -> Q:
    return Q(pk__in=CustomerEmail.objects.filter(_emails(shops)).values("customer"))


register_condition(CustomerEmail, _emails)
register_condition(Customer, _customers)
register_through(CustomerNote, "customer", of=Customer)
register_through(CustomerEvent, "customer", of=Customer)
register_through(CustomerMerge, "kept", of=Customer)

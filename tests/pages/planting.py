"""What nobody may find who lacks the right to it, planted in all rows; and a walk over the pages that looks for it."""

import re
from collections.abc import Iterable, Iterator

from django.apps import apps
from django.contrib.auth.models import Permission, User
from django.db import DatabaseError, connection, models, transaction
from django.test import Client

from backoffice.accounts.services.rights.catalogue import PARTS, permissions_of
from backoffice.audit.services import personal
from backoffice.audit.services.reading import NOTES
from backoffice.sight import PAYMENTS, PERSONAL_DATA, PURCHASE_PRICES
from catalog.models import PriceList, PriceTier
from orders.complaints.models import Complaint, Refund, Replacement
from orders.marketing.models import MailCampaign
from orders.models import OrderLine
from tests.pages.addresses import PageAddress

PERSON = "Plantedperson"
EMAIL = "planted@hidden.example"
# Fields of any model that say who a customer is, or where they live.
PERSONAL = {
    "customer_firstname", "customer_lastname", "customer_phone", "firstname", "lastname", "street", "care_of", "city",
    "phone", "mobile", "company", "department", "address1", "address2", "organisation",
}  # fmt: skip
EMAILS = {"customer_email", "email", "recipient", "sent_to"}
# Not of customers: staff, shops, what is typed into a rule.
APART = {"auth", "accounts", "account", "axes", "mfa", "signin", "socialaccount", "usersessions", "sessions", "staff"}
# A line is sold for 10,000: the margin is 2,228.23.
COST, PAID = "7771.77", "5553.55"
SIGNS = {
    # One beginning for both: a search for either looks at each character twice, and takes three times as long.
    PERSONAL_DATA: re.compile("planted(person|(@|%40)hidden)", re.IGNORECASE),
    PURCHASE_PRICES: re.compile(r"7[.,]?771[.,]77|2[.,]?228[.,]23"),
    PAYMENTS: re.compile(r"5[.,]?553[.,]55"),
}
_JSON = """UPDATE {table} SET {column} = regexp_replace({column}::text,
  '"({names})": "([^"\\\\\\\\]|\\\\\\\\.)*"', '"\\1": "{value}"', 'g')::jsonb WHERE {column}::text ~ '"({names})": "'"""


def plant() -> None:
    """Put the signs into all rows."""
    for model in apps.get_models():
        if model._meta.app_label not in APART and model._meta.managed and not model._meta.proxy:
            for field in model._meta.concrete_fields:
                _plant(model, field)
    OrderLine.objects.update(unit_cost=COST, unit_price=10_000, quantity=1)
    PriceTier.objects.filter(price_list=PriceList.PURCHASE).update(price=COST)
    Replacement.objects.update(cost=COST)
    Refund.objects.update(amount=PAID)
    Complaint.objects.exclude(credit=None).update(credit=PAID)
    MailCampaign.objects.update(price=PAID)
    MailCampaign.objects.exclude(charged=None).update(charged=PAID)


def _plant(model: type[models.Model], field: models.Field) -> None:  # type: ignore[type-arg]
    try:
        with transaction.atomic():
            if isinstance(field, models.JSONField):
                with connection.cursor() as cursor:
                    cursor.execute(_json(model, field, PERSONAL, PERSON))
                    cursor.execute(_json(model, field, EMAILS, EMAIL))
            elif isinstance(field, models.CharField | models.TextField) and field.name in PERSONAL | EMAILS:
                value = PERSON if field.name in PERSONAL else EMAIL
                model._default_manager.exclude(**{field.name: ""}).update(**{field.name: value})
    except DatabaseError:  # an address that may be there once only
        return


def _json(model: type[models.Model], field: models.Field, names: set[str], value: str) -> str:  # type: ignore[type-arg]
    return _JSON.format(table=model._meta.db_table, column=field.column, names="|".join(names), value=value)


def reader(name: str, *, lacks: Iterable[str] = ()) -> Client:
    """Return a client of somebody who may do everything, but see what is named."""
    user = User.objects.create_user(name, is_staff=True)
    rights = permissions_of(PARTS) - set(lacks)
    rows = Permission.objects.select_related("content_type")
    user.user_permissions.set([row for row in rows if f"{row.content_type.app_label}.{row.codename}" in rights])
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def find_signs(
    client: Client, addresses: Iterable[PageAddress], signs: Iterable[str]
) -> Iterator[tuple[str, str, str]]:
    """Yield (address, right, excerpt) where a page shows what the right is for."""
    for one in addresses:
        with transaction.atomic():
            response = client.get(one.address)
            content = b"".join(response.streaming_content) if response.streaming else response.content
            transaction.set_rollback(True)
        text = content.decode("utf-8", "replace")
        for right in signs:
            if found := SIGNS[right].search(text):
                excerpt = " ".join(text[max(0, found.start() - 120) : found.end() + 40].split())
                yield one.address, right, excerpt


def is_reading(name: str) -> bool:
    """Return whether the name of an address alone says that it shows somebody's data."""
    return personal.shown_data(name, "") is not None


def find_readings(client: Client, addresses: Iterable[PageAddress]) -> Iterator[tuple[str, str, bool]]:
    """Yield (name, excerpt, whether it was noted) of each address that shows personal data."""
    for one in addresses:
        NOTES.forget()
        found = next(find_signs(client, [one], [PERSONAL_DATA]), None)
        if found is not None:
            yield one.name, f"{one.address}: {found[2]}", bool(NOTES.waiting)
    NOTES.forget()

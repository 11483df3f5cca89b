"""Designs made directly."""

from typing import Any

from django.utils import timezone

from backoffice.accounts.models import Shop
from orders.models import CustomerEditor, Design


def make_design(*, vendor_id: str = "9", **fields: Any) -> Design:
    """Return a design of the web shop that is being edited."""
    shop = Shop.objects.get_or_create(code="WEB", defaults={"name": "Web shop"})[0]
    customer = CustomerEditor.objects.get_or_create(
        shop=shop, vendor="mypromo", customer="c-17", defaults={"user_hash": "hash"}
    )[0]
    known = {"asked_sku": "A", "sku": "A", "read_at": timezone.now(), "vendor": "mypromo"} | fields
    return Design.objects.create(shop=shop, customer=customer, vendor_id=vendor_id, **known)

"""Whose drafts are whose."""

from backoffice.visibility import register
from orders.drafts.models import DraftOrder

register(DraftOrder, "shop")

"""Shops, their keys, and what was answered to these."""

from backoffice.accounts.models.idempotency import IdempotencyKey
from backoffice.accounts.models.shop import ApiKey, Shop

__all__ = [
    "ApiKey",
    "IdempotencyKey",
    "Shop",
]

"""Shops, their keys, and what was answered to these."""

from backoffice.accounts.models.idempotency import IdempotencyKey
from backoffice.accounts.models.key_use import ApiKeyUse
from backoffice.accounts.models.market import FurtherMarket
from backoffice.accounts.models.restriction import ShopRestriction
from backoffice.accounts.models.shop import ApiKey, Shop

__all__ = [
    "ApiKey",
    "ApiKeyUse",
    "FurtherMarket",
    "IdempotencyKey",
    "Shop",
    "ShopRestriction",
]

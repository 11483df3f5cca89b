"""How long the tables of shops keep their rows."""

from backoffice.engine.services.retention import forget, keep

forget("accounts.IdempotencyKey", older="created_at", than="IDEMPOTENCY_DAYS")
keep(
    "accounts.Shop", "accounts.ApiKey", "accounts.ApiKeyUse", "accounts.FurtherMarket", "accounts.ShopRestriction",
    because="as many as shops, their keys and markets, and people",
)  # fmt: skip

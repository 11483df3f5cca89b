"""The staff pages of webhooks."""

from backoffice.webhooks.admin import deliveries, endpoints, integrations

__all__ = ["deliveries", "endpoints", "integrations"]

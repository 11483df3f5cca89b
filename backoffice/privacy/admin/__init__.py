"""The staff pages of privacy."""

from backoffice.privacy.admin import people, periods

__all__ = ["people", "periods"]

"""The staff pages of the audit trail."""

from backoffice.audit.admin import entries

__all__ = ["entries"]

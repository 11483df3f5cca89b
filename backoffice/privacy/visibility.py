"""Requests about people are of all shops: their pages are kept from who sees some shops only (`admin/people.py`)."""

from backoffice.privacy.models import (
    ErasedWord,
    HashKey,
    PrivacyRequest,
    RetentionMark,
    RetentionRule,
    VendorErasure,
)
from backoffice.visibility import register_shared

register_shared(
    PrivacyRequest,
    VendorErasure,
    RetentionRule,
    reason="A person may have ordered anywhere: who sees some shops only is kept out.",
)
register_shared(ErasedWord, HashKey, RetentionMark, reason="The machinery itself; no page shows its rows.")

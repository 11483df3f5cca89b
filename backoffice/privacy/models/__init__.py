"""Requests about personal data, how long it is kept, and what is remembered of those who are erased."""

from backoffice.privacy.models.hashes import ErasedWord, HashKey
from backoffice.privacy.models.request import PrivacyRequest, RequestKind, RequestState, VendorErasure
from backoffice.privacy.models.retention import RetentionMark, RetentionRule

__all__ = [
    "ErasedWord",
    "HashKey",
    "PrivacyRequest",
    "RequestKind",
    "RequestState",
    "RetentionMark",
    "RetentionRule",
    "VendorErasure",
]

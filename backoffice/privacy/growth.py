"""What grows with requests about personal data, and with retention."""

from backoffice.engine.services.retention import keep

keep("privacy.PrivacyRequest", "privacy.VendorErasure", because="the record of what was asked, a few a month")
keep("privacy.ErasedWord", because="hashes of whoever was erased: so that nobody comes back")
keep("privacy.HashKey", because="one row")
keep("privacy.RetentionRule", "privacy.RetentionMark", because="as many as kinds and shops")

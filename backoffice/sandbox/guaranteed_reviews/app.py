"""Guaranteed Reviews as the server sees it."""

from backoffice.sandbox.vendor_app import VendorApp


class GuaranteedReviewsApp(VendorApp):
    """One Guaranteed Reviews with everything it holds."""

    name = "guaranteed-reviews"

"""AutoLetter as the server sees it."""

from backoffice.sandbox.vendor_app import VendorApp


class AutoletterApp(VendorApp):
    """One AutoLetter with everything it holds."""

    name = "autoletter"

"""Sign Customiser as the server sees it."""

from backoffice.sandbox.vendor_app import VendorApp


class SignCustomiserApp(VendorApp):
    """One Sign Customiser with everything it holds."""

    name = "sign-customiser"

"""LettrLabs as the server sees it."""

from backoffice.sandbox.vendor_app import VendorApp


class LettrlabsApp(VendorApp):
    """One LettrLabs with everything it holds."""

    name = "lettrlabs"

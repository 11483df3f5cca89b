"""Designs in mypromo's editor, in our words. Mixed into the adapters."""

from backoffice.vendors.abilities import MakesDesigns
from backoffice.vendors.design_messages import DesignReport, RemoteDesignState
from backoffice.vendors.file_messages import Download
from backoffice.vendors.mypromo import schemas
from backoffice.vendors.mypromo.client import MypromoClient
from backoffice.vendors.mypromo.files import to_download
from backoffice.vendors.reading import link, text

# READY is seen in the items of orders, PREFLIGHT_FINISHED in production orders.
DESIGN_STATES = {
    "PENDING": RemoteDesignState.OPEN,
    "SUBMITTED": RemoteDesignState.SUBMITTED,
    "READY": RemoteDesignState.READY,
    "PREFLIGHT_FINISHED": RemoteDesignState.CHECKED,
}


class PreviewAbility:
    """Merchant and fulfiller both may see a design. Raises VendorError."""

    client: MypromoClient

    def read_preview(self, vendor_id: str) -> Download:
        """Return a picture or PDF of the design; of which kind is not documented."""
        return to_download(self.client.design_preview(vendor_id))


class DesignsAbility(PreviewAbility, MakesDesigns):
    """A doubled user or design is a harmless orphan: neither can be deleted. Raises VendorError."""

    def create_design_user(self) -> str:
        return self.client.create_editor_user().editor_user_hash

    def create_design(
        self,
        sku: str,
        *,
        user_hash: str,
        return_url: str,
        cancel_url: str = "",
        intent: str = "",
        quantity: int | None = None,
    ) -> DesignReport:
        """Start a design. Without `intent` mypromo takes "customize", else "upload"; `quantity` is of the SDK only."""
        payload = {
            "sku": sku,
            "intent": intent,
            "editor_user_hash": user_hash,
            "return_url": return_url,
            "cancel_url": cancel_url,
            "qty": quantity,
        }
        return design_report(self.client.create_design({name: value for name, value in payload.items() if value}))

    def read_design(self, vendor_id: str) -> DesignReport:
        return design_report(self.client.design(vendor_id))

    def submit_design(self, vendor_id: str) -> DesignReport:
        return design_report(self.client.submit_design(vendor_id))


def design_state(word: str) -> RemoteDesignState:
    return DESIGN_STATES.get(word.upper(), RemoteDesignState.UNKNOWN)


def design_report(design: schemas.DesignSchema) -> DesignReport:
    return DesignReport(
        vendor_id=str(design.id),
        sku=text(design.sku, most=100),
        state=design_state(design.status),
        raw_state=design.status,
        intent=text(design.intent, most=32),
        user_hash=text(design.editor_user_hash, most=255),
        start_url=link(design.editor_start_url),
        start_url_cname=link(design.editor_start_url_cname),
        preview_url=link(design.preview_url),
    )

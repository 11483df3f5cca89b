"""What the contract suite has to know of LettrLabs."""

from typing import Any

from backoffice.sandbox import Sandbox
from backoffice.sandbox.lettrlabs.store import TEMPLATES
from tests.vendors.contract.calls import CARD
from tests.vendors.contract.profile import Profile

KEY = "LL-API-sandbox"


def fill(sandbox: Sandbox, vendor: Any) -> str:
    """Create a draft with somebody in it."""
    made: str = vendor.create_cards(TEMPLATES[0][0]).vendor_id
    vendor.add_recipients(made, [CARD])
    return made


PROFILES = {
    "lettrlabs": Profile(
        settings=lambda url: {"LETTRLABS_URL": url, "LETTRLABS_API_KEY": KEY},
        secrets=[KEY],
        documented_errors=[
            ("DUPLICATE_RECIPIENT", "The recipient is there already."),
            ("ADDRESS_NOT_VALID", "ADDRESS_NOT_VALID"),
            "Order 7 has an invalid status: Paid.",
        ],
        app="lettrlabs",
        url=lambda sandbox: sandbox.others["lettrlabs"].public_url,
        fill=fill,
        beside={"read_scans": "one of their routes; the analytics have the scans too"},
        template=TEMPLATES[0][0],
        differs={
            ("check", "a number"): "whatever a 200 says, the key was taken",
            ("card_templates", "404"): "one of its pages says that templates are not listed: the number is typed in",
            ("delete_cards", "404"): "what is gone is deleted",
            ("report_conversions", "a number"): "a conversion counts once however often it is told",
            ("report_conversions", "empty"): "a conversion counts once however often it is told",
            ("read_conversion_upload", "a number"): "no status of theirs: shown as it came, and asked for again",
        },
    )
}

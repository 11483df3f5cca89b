"""What the contract suite has to know of Guaranteed Reviews."""

import json
from pathlib import Path

from backoffice.sandbox import Sandbox
from tests.vendors.contract.profile import Profile
from tests.vendors.guaranteed_reviews.told import order

SAMPLES = Path(__file__).parents[2] / "samples" / "guaranteed_reviews"
SECRET, PUBLIC = "sandbox-private-key-12", "sandbox-public-key-12"


def acted_upon(sandbox: Sandbox, order_id: str) -> int:
    return sum(
        event["id_order"] == order_id for event in sandbox.others["guaranteed-reviews"].ledger.of_kind("imported")
    )


PROFILES = {
    "guaranteed-reviews": Profile(
        settings=lambda url: {
            "GUARANTEED_REVIEWS_URL": url,
            "GUARANTEED_REVIEWS_KEYS": [f"WEB=12/de/{SECRET}"],
            "GUARANTEED_REVIEWS_PUBLIC_KEYS": [f"WEB=12/de/{PUBLIC}"],
        },
        secrets=[SECRET, PUBLIC],
        documented_errors=[json.loads((SAMPLES / "orders.already_sent.json").read_text())["message"]],
        app="guaranteed-reviews",
        url=lambda sandbox: sandbox.others["guaranteed-reviews"].public_url,
        export=order,
        group="WEB/de",
        acted_upon=acted_upon,
        differs={
            **{
                ("check", fault): "a server without the private list proves nothing, and the text says so"
                for fault in ("404", "422", "html", "half", "a number", "empty", "redirect", "huge")
            },
            ("export_orders", "404"): "its one address is wrong, so nothing can go there: as with refused credentials",
            ("export_orders", "422"): "says which orders are refused, or that each has to be sent alone",
        },
    )
}

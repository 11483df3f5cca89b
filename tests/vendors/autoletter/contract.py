"""What the contract suite has to know of AutoLetter."""

from tests.vendors.autoletter.orders import order
from tests.vendors.contract.profile import Profile

TOKEN = "sandbox-autoletter-token"

PROFILES = {
    "autoletter": Profile(
        settings=lambda url: {"AUTOLETTER_URL": url + "v2/orders", "AUTOLETTER_TOKEN": TOKEN},
        secrets=[TOKEN],
        # Shows none; an order that exists is rejected, in words that it does not give.
        documented_errors=["An order with this OrderId already exists."],
        app="autoletter",
        url=lambda sandbox: sandbox.others["autoletter"].public_url,
        export=order,
        acted_upon=lambda sandbox, order_id: sandbox.others["autoletter"].letters()[order_id],
        differs={
            ("export_orders", "404"): "its one address is wrong, so nothing can go there: as with refused credentials",
            ("export_orders", "422"): "says which orders are refused, or that each has to be sent alone",
            ("export_orders", "empty"): "a 2xx without a body is the only answer that is documented",
            ("export_orders", "a number"): "a 2xx is looked through for errors, and this says none",
        },
    )
}

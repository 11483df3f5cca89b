"""The roles that come with the product, made of the same parts as roles of one's own."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _lazy

# What everybody reads. Take the sights from a role of your own to hide purchase prices, personal data or payments.
READING = frozenset({
    "orders.see", "imports.see", "jobs.see", "strays.see", "rules.see", "notices.see", "calls.see", "complaints.see",
    "customers.see", "enquiries.see", "mails.see", "production.see", "reference.see", "products.see",
    "custom.see", "changes.see", "tables.see", "limits.see", "exports.see", "campaigns.see", "vendors.see",
    "requests.see", "endpoints.see", "woo.see", "shops.see", "shopmails.see", "policy.see",
    "sight.personal", "sight.purchase", "sight.payments",
})  # fmt: skip
_CATALOGUE = frozenset({
    "products.change", "changes.draft", "changes.approve", "changes.send", "tables.import", "requests.resend",
    "requests.decide", "comments.write",
})  # fmt: skip


@dataclass(frozen=True)
class ShippedRole:
    """A role by the name of its group, and whom it is for."""

    name: str
    title: Any
    about: Any
    parts: frozenset[str]


SHIPPED: tuple[ShippedRole, ...] = (
    ShippedRole("Read only", _lazy("Read only"), _lazy("Sees everything, changes nothing."), READING),
    ShippedRole(
        "Order desk",
        _lazy("Order desk"),
        _lazy("Handles orders from intake to delivery, and customers."),
        READING
        | {
            "orders.change", "notices.settle", "enquiries.answer", "custom.change", "customers.change", "strays.decide",
            "requests.resend", "requests.decide", "jobs.export", "imports.make", "drafts.place", "comments.write",
            "customers.write", "mails.decide", "complaints.change", "pay.refunds", "endpoints.replay", "woo.map",
            "woo.messages", "woo.sendings",
        },
    ),
    ShippedRole(
        "Catalogue desk",
        _lazy("Catalogue desk"),
        _lazy("Maintains prices, search texts and stock, and sends them to vendors."),
        READING | _CATALOGUE,
    ),
    # Beside approving: what cannot be undone, what guards would stop, and the figures of the guards themselves.
    ShippedRole(
        "Catalogue lead",
        _lazy("Catalogue lead"),
        _lazy("Like the catalogue desk; can also override warnings and set their limits."),
        READING | _CATALOGUE | {"changes.override", "texts.reset", "limits.change"},
    ),
    ShippedRole(
        "Production desk",
        _lazy("Production desk"),
        _lazy("Produces and dispatches: labels, slips and parcels."),
        READING
        | {"production.dispatch", "production.documents", "requests.resend", "requests.decide", "comments.write"},
    ),
    # Checking cards out spends money: take "pay.cards" from who should only prepare them.
    ShippedRole(
        "Marketing",
        _lazy("Marketing"),
        _lazy("Sends cards to customers, and asks them for reviews."),
        READING
        | {
            "customers.change", "enquiries.answer", "exports.send", "optouts.keep", "campaigns.prepare", "pay.cards",
            "notices.settle", "requests.resend", "requests.decide", "jobs.export", "comments.write",
        },
    ),
    ShippedRole(
        "Operations",
        _lazy("Operations"),
        _lazy("Looks after shops, vendors, rules, e-mails and staff accounts."),
        READING
        | {
            "requests.resend", "requests.decide", "callbacks.replay", "rules.change", "notices.settle", "jobs.export",
            "comments.write", "customers.write", "mails.decide", "shopmails.change", "templates.change",
            "calls.decide", "vendors.change", "vendors.pause", "vendors.test", "vendors.webhooks", "woo.connect",
            "woo.map", "woo.messages", "woo.sendings", "endpoints.change", "endpoints.replay", "shops.change",
            "keys.manage", "keys.orders", "people.see", "people.manage", "signins.see", "signinrules.see",
            "audit.see", "privacy.see", "privacy.export", "privacy.erase", "retention.see", "retention.change",
        },
    ),
)  # fmt: skip
_BY_NAME = {role.name: role for role in SHIPPED}


def find_shipped(name: str) -> ShippedRole | None:
    """Return the shipped role whose group has this name, None for a role of one's own."""
    return _BY_NAME.get(name)


def role_title(name: str) -> str:
    """Return how a role is called on pages: shipped ones in the reader's language."""
    shipped = find_shipped(name)
    return str(shipped.title) if shipped else name

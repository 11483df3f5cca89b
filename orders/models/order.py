"""The customer's order and its three statuses."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backoffice.accounts.models import Shop
from backoffice.errors import ELIGIBLE, Eligibility, IllegalTransition, ineligible
from backoffice.states import StateChoices, Tone
from backoffice.text.translatable import gettext as _t

if TYPE_CHECKING:
    from orders.models.hold import Hold
    from orders.models.vendor_order import VendorOrder


class OrderState(StateChoices):
    NEW = "new", Tone.GREY, "inbox", _("new")
    HELD = "held", Tone.AMBER, "front_hand", _("held")
    RELEASED = "released", Tone.BLUE, "send", _("released")
    CANCELLED = "cancelled", Tone.GREY, "cancel", _("cancelled")
    CLOSED = "closed", Tone.GREEN, "task_alt", pgettext_lazy("order", "closed")


class ProductionState(StateChoices):
    NONE = "none", Tone.GREY, "hourglass_empty", _("not sent")
    SENT = "sent", Tone.BLUE, "outbox", _("sent")
    IN_PRODUCTION = "in_production", Tone.BLUE, "precision_manufacturing", _("in production")
    DONE = "done", Tone.GREEN, "check_circle", _("produced")
    FAILED = "failed", Tone.RED, "error", _("failed")


class ShipmentState(StateChoices):
    NONE = "none", Tone.GREY, "package_2", _("nothing shipped")
    PARTIAL = "partial", Tone.BLUE, "stacks", _("partly shipped")
    SHIPPED = "shipped", Tone.BLUE, "local_shipping", _("shipped")
    DELIVERED = "delivered", Tone.GREEN, "where_to_vote", _("delivered")


# Events of the timeline that rules may follow upon (see `orders.rules.models.rule.RuleEvent`).
AWAITED = frozenset(
    {
        "order.received", "order.released", "order.cancelled", "shipment.shipped", "shipment.delivered",
        "hold.placed", "vendor.refused", "order.late", "push.needs_attention", "vendor.silent",
    }
)  # fmt: skip

# What may follow what. Held and released may alternate; cancelled and closed are ends.
NEXT = {
    OrderState.NEW: {OrderState.HELD, OrderState.RELEASED, OrderState.CANCELLED},
    OrderState.HELD: {OrderState.NEW, OrderState.RELEASED, OrderState.CANCELLED},
    OrderState.RELEASED: {OrderState.HELD, OrderState.CANCELLED, OrderState.CLOSED},
    OrderState.CANCELLED: set(),
    OrderState.CLOSED: set(),
}


# Listed positively, so that partial indexes with the same condition are used.
OPEN_STATES = (OrderState.NEW, OrderState.HELD, OrderState.RELEASED)


class OrderQuerySet(models.QuerySet["Order"]):
    def locked(self, pk: int) -> "Order":
        """Return the order, locked to the end of the transaction: the one way to lock it. Raise DoesNotExist."""
        return self.select_for_update().get(pk=pk)

    def open(self) -> "OrderQuerySet":
        """Return those that are neither cancelled nor closed."""
        return self.filter(state__in=OPEN_STATES)


class Order(models.Model):
    """What a customer bought. Its state changes by `move_to` only, the rest is derived from the vendors."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="orders", verbose_name=_("shop"))
    number = models.CharField(_("number"), max_length=32, unique=True)
    reference = models.CharField(_("shop's reference"), max_length=50)
    # The cancelled order whose reference this one took over from.
    replaces = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="replacements",
        verbose_name=_("replaces"),
    )
    # The order that its lines were taken out of.
    split_from = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="split_off",
        verbose_name=_("split from"),
    )
    # The order that all of its lines went to; it is cancelled then.
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="absorbed",
        verbose_name=_("merged into"),
    )
    # Placed by a test key: it is made nowhere, and counts nowhere. Set when the row is made and never after.
    is_test = models.BooleanField(_("test"), default=False, db_default=False, editable=False)
    # Counts edits of what was ordered, and nothing that a vendor does: two who edit at once are told apart by it.
    revision = models.PositiveIntegerField(_("revision"), default=1, db_default=1, editable=False)
    state = models.CharField(_("order"), max_length=12, choices=OrderState, default=OrderState.NEW)
    production = models.CharField(_("production"), max_length=16, choices=ProductionState, default=ProductionState.NONE)
    shipment = models.CharField(_("shipment"), max_length=12, choices=ShipmentState, default=ShipmentState.NONE)
    # Later than promised, in production or on the way: a property of the journey, not a place on it.
    late = models.BooleanField(_("late"), default=False)
    ship_by = models.DateTimeField(_("ship by"), null=True, blank=True)
    # The end of its cooling-off: nothing of it is sent before.
    leaves_at = models.DateTimeField(_("scheduled to send at"), null=True, blank=True)
    cancel_requested_at = models.DateTimeField(_("cancellation requested"), null=True, blank=True)

    placed_at = models.DateTimeField(_("placed"))
    currency = models.CharField(_("currency"), max_length=3)
    # Of currencies that are sold in none has more decimal places than three.
    total = models.DecimalField(_("total, gross"), max_digits=13, decimal_places=3)
    # What it is made of, as the shop sent it: `orders.services.totals` reads it. An edit may leave it behind.
    totals = models.JSONField(_("breakdown of the total"), null=True, blank=True)
    customer_email = models.EmailField(_("customer's e-mail"), max_length=255, blank=True)
    customer_firstname = models.CharField(_("customer's first name"), max_length=100, blank=True)
    customer_lastname = models.CharField(_("customer's last name"), max_length=100, blank=True)
    customer_phone = models.CharField(_("customer's telephone"), max_length=50, blank=True)
    accepts_letters = models.BooleanField(_("accepts letters"), default=False)
    accepts_review_request = models.BooleanField(_("accepts review requests"), default=False)

    shipping_method = models.CharField(_("shipping method"), max_length=100, blank=True)
    express_shipping = models.BooleanField(_("express shipping"), default=False)
    express_production = models.BooleanField(_("express production"), default=False)
    complaint = models.BooleanField(_("complaint"), default=False)
    gift_message = models.CharField(_("gift message"), max_length=500, blank=True)
    # The vendor asks us for the label on the day of dispatch.
    generic_label = models.BooleanField(_("label supplied by us on the shipping day"), default=False, db_default=False)
    custom_properties = models.JSONField(_("custom properties"), default=dict, blank=True)

    tags = ArrayField(models.CharField(max_length=40), verbose_name=_("tags"), default=list, blank=True)
    # Its own index would tempt the planner to sort all that somebody ever had; those below come in order.
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("assignee"),
    )
    # Of recipient and lines as they were ordered: what two orders have in common when one customer clicked twice.
    # An edit leaves it, so that the same sent once more is still found.
    fingerprint = models.CharField(max_length=32, blank=True, editable=False)
    # All that a customer would quote: kept by `orders.services.search`.
    search = SearchVectorField(null=True, editable=False)

    # Who ordered is erased: what is reported of it moves its states, and brings nobody back.
    erased_at = models.DateTimeField(_("personal data erased"), null=True, blank=True, editable=False)
    # Somebody else who stands in it is, such as who got a present: nor are they brought back.
    recipient_erased_at = models.DateTimeField(_("recipient data erased"), null=True, blank=True, editable=False)

    created_at = models.DateTimeField(_("received"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            # Only what says that it replaces a cancelled order may repeat its reference: a shop that sends an old order
            # again by mistake orders nothing.
            # Tests have references of their own.
            models.UniqueConstraint(
                "shop", "reference", Coalesce("replaces", 0), "is_test", name="one_order_per_mode_reference"
            ),
            models.UniqueConstraint(
                fields=["replaces"], condition=Q(replaces__isnull=False), name="one_replacement_per_order"
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="order_search"),
            GinIndex(fields=["tags"], name="order_tags"),
            models.Index(fields=["state", "-id"], name="order_state"),
            models.Index(fields=["production", "-id"], name="order_production"),
            models.Index(fields=["shipment", "-id"], name="order_shipment"),
            models.Index(fields=["shop", "-id"], name="order_shop"),
            models.Index(fields=["-id"], condition=Q(late=True), name="order_late"),
            models.Index(fields=["assignee", "-id"], condition=Q(assignee__isnull=False), name="order_assignee"),
            models.Index(
                fields=["assignee", "-id"],
                condition=Q(assignee__isnull=False, state__in=["new", "held", "released"]),
                name="order_assignee_open",
            ),
            # Which of a thousand held orders are assigned.
            models.Index(
                fields=["id"],
                condition=Q(assignee__isnull=False, state__in=["new", "held", "released"]),
                name="order_assigned_open",
            ),
            models.Index(fields=["shop", "updated_at", "id"], name="order_updated"),
            models.Index(fields=["-id"], condition=Q(is_test=True), name="order_test"),
            # With all that the day in figures adds up: sixty days of it are read each minute.
            models.Index(
                fields=["-created_at"], include=["id", "shop", "is_test", "currency", "total"], name="order_day"
            ),
            # Ended, and nobody forgotten yet: what retention looks through.
            models.Index(
                fields=["shop", "id"],
                condition=Q(erased_at__isnull=True, state__in=["cancelled", "closed"]),
                name="order_to_forget",
            ),
            # What the list can be ordered by.
            models.Index(fields=["ship_by", "id"], condition=Q(ship_by__isnull=False), name="order_ship_by"),
            models.Index(fields=["total", "id"], name="order_total"),
            models.Index(fields=["customer_email"], name="order_email"),
            # All orders of a customer, newest first, in whatever letter case the e-mail was typed.
            models.Index(Lower("customer_email"), F("id").desc(), name="order_customer"),
            models.Index(fields=["split_from"], condition=Q(split_from__isnull=False), name="order_split_from"),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="order_merged_into"),
            models.Index(fields=["shop", "fingerprint"], condition=~Q(fingerprint=""), name="order_fingerprint"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def customer_name(self) -> str:
        return f"{self.customer_firstname} {self.customer_lastname}".strip()

    @property
    def keeps_no_copy(self) -> bool:
        """Whether somebody is erased from it: what is reported of it is applied, and not kept."""
        return self.erased_at is not None or self.recipient_erased_at is not None

    @property
    def has_ended(self) -> bool:
        """Cancelled or closed: it waits for nothing and goes nowhere."""
        return self.state not in OPEN_STATES

    def can_hold(self) -> Eligibility:
        """Return whether it may wait (again)."""
        return ineligible(self._state_text()) if self.has_ended else ELIGIBLE

    def can_release(self, *, holds: Iterable["Hold"]) -> Eligibility:
        """Return whether it may go to its vendors; `holds` are those that would still be active then."""
        if self.state == OrderState.RELEASED:
            return ineligible(_t("It is already released."))
        if self.has_ended:
            return ineligible(self._state_text())
        if self.cancel_requested_at:
            return self._awaits_cancellation()
        if reasons := ", ".join(str(hold.get_reason_display()) for hold in holds):
            return ineligible(_t("Resolve these holds before releasing the order: %(reasons)s.") % {"reasons": reasons})
        return ELIGIBLE

    def can_cancel(self, *, vendor_orders: Iterable["VendorOrder"]) -> Eligibility:
        """Return whether its cancellation may be asked for; `vendor_orders` are all of its parts."""
        if self.has_ended:
            return ineligible(self._state_text())
        if self.cancel_requested_at:
            return self._awaits_cancellation()
        return next((refused for one in vendor_orders if not (refused := one.can_cancel())), ELIGIBLE)

    def _awaits_cancellation(self) -> Eligibility:
        text = _t("Its cancellation has been requested; the vendor has not answered yet.")
        return ineligible(text, code="cancel_requested")

    def _state_text(self) -> str:
        return _t("State of the order: %(state)s.") % {"state": self.get_state_display()}

    def may_become(self, state: OrderState) -> bool:
        """Return whether the table of transitions allows it."""
        return state in NEXT[OrderState(self.state)]

    def move_to(
        self,
        state: OrderState,
        *,
        actor: str,
        note: str = "",
        event: tuple[str, dict[str, Any]] | None = None,
        **changes: Any,
    ) -> None:
        """Change the state (and fields given by name), with its line in the timeline: `event`, kind and params, where
        another one than that of the state says what happened. The row must be locked.

        Raise IllegalTransition and change nothing when the table does not allow it.
        """
        if not self.may_become(state):
            text = _t("State of order %(number)s: %(state)s. It cannot change to “%(wanted)s”.")
            raise IllegalTransition(
                text % {"number": self.number, "state": self.get_state_display(), "wanted": OrderState(state).label}
            )
        for name, value in changes.items():
            setattr(self, name, value)
        self.state = state
        self.save(update_fields=["state", "updated_at", *changes])
        kind, params = event or (f"order.{state}", {"note": note} if note else {})
        self.events.create(actor=actor, kind=kind, params=params, awaiting_rules=kind in AWAITED)

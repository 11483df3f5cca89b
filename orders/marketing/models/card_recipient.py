"""Who gets a card, and what came of it."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backoffice.states import StateChoices, Tone
from backoffice.vendors.card_messages import CardAddress
from orders.marketing.models.campaign import MailCampaign
from orders.models.order import Order


class CardState(StateChoices):
    LISTED = "listed", Tone.GREY, "person", _("listed")
    LEFT_OUT = "left_out", Tone.AMBER, "person_off", _("left out")
    ATTACHED = "attached", Tone.BLUE, "sync", _("handed over")
    ACCEPTED = "accepted", Tone.GREEN, "check", _("accepted")
    UNDELIVERABLE = "undeliverable", Tone.RED, "wrong_location", _("not accepted")


class CardDeliveryState(StateChoices):
    """Ours, from `vendors.card_messages.DeliveryState`."""

    NONE = "", Tone.GREY, "hourglass_empty", _("no information")
    WAITING = "waiting", Tone.GREY, "hourglass_empty", _("waiting for postal updates")
    MAILED = "mailed", Tone.BLUE, "outgoing_mail", _("mailed")
    IN_TRANSIT = "in_transit", Tone.BLUE, "local_shipping", _("in transit")
    LOCAL = "local", Tone.BLUE, "store", _("at the local facility")
    DELIVERED = "delivered", Tone.GREEN, "markunread_mailbox", _("delivered")
    UNDELIVERABLE = "undeliverable", Tone.RED, "wrong_location", _("undeliverable")
    UNTRACKED = "untracked", Tone.GREY, "question_mark", _("not tracked")
    UNKNOWN = "unknown", Tone.AMBER, "help", _("unknown")


class LeftOut(models.TextChoices):
    """Why somebody gets no card."""

    NO_CONSENT = "no_consent", _("does not accept letters")
    CANCELLED = "cancelled", _("the order is cancelled")
    NOT_US = "not_us", _("the address is not in the US")
    NO_NAME = "no_name", _("neither a name nor an organisation")
    NO_STREET = "no_street", _("no street")
    NO_CITY = "no_city", _("no city")
    BAD_STATE = "bad_state", _("no two-letter US state code")
    BAD_ZIP = "bad_zip", _("no five-digit ZIP code")
    TOO_LONG = "too_long", _("a text is too long")
    MORE_CELLS = "more_cells", _("more cells in the row than columns: is a comma missing its quotation marks?")
    BAD_CELL = "bad_cell", _("a cell contains an error, a date or a character not allowed in an address")
    TEST = "test", _("a test order")
    TWICE = "twice", _("already in the campaign")
    RECENT = "recent", _("had a card, or is in another campaign, within the shop's pause")


class CardRecipient(models.Model):
    """A snapshot of name and address, from an order or a row of a table."""

    campaign = models.ForeignKey(MailCampaign, models.CASCADE, related_name="recipients", verbose_name=_("campaign"))
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="card_recipients", verbose_name=_("order"))
    # As the spreadsheet numbers it; None for an order.
    table_row = models.PositiveIntegerField(_("table row"), null=True)
    firstname = models.CharField(_("first name"), max_length=200, blank=True)
    lastname = models.CharField(_("last name"), max_length=200, blank=True)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    address1 = models.CharField(_("address"), max_length=200, blank=True)
    address2 = models.CharField(_("address line 2"), max_length=200, blank=True)
    city = models.CharField(_("city"), max_length=200, blank=True)
    state_code = models.CharField(pgettext_lazy("address", "state"), max_length=200, blank=True)
    zip5 = models.CharField(_("ZIP code"), max_length=200, blank=True)
    zip4 = models.CharField(_("ZIP+4"), max_length=4, blank=True)
    email = models.CharField(_("e-mail"), max_length=255, blank=True)
    # Of name and address, normalised: what two spellings of one person have in common.
    key = models.CharField(max_length=32, blank=True, editable=False)

    state = models.CharField(_("state"), max_length=16, choices=CardState, default=CardState.LISTED)
    reason = models.CharField(_("reason"), max_length=16, choices=LeftOut, blank=True)
    said = models.CharField(_("vendor's message"), max_length=255, blank=True)
    # The batch that it was handed over in, from 1; 0 before.
    batch = models.PositiveIntegerField(default=0, editable=False)
    vendor_id = models.CharField(_("vendor ID"), max_length=20, blank=True)
    delivery = models.CharField(_("delivery"), max_length=16, choices=CardDeliveryState, blank=True)
    raw_delivery = models.CharField(_("vendor status"), max_length=64, blank=True)
    scans = models.PositiveIntegerField(_("scans"), default=0)
    last_scan = models.DateTimeField(_("last scan"), null=True)
    added_by = models.CharField(_("added by"), max_length=150, default="system")
    created_at = models.DateTimeField(_("added"), auto_now_add=True)

    class Meta:
        verbose_name = _("card recipient")
        verbose_name_plural = _("card recipients")
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "key"], condition=~Q(state="left_out"), name="one_card_per_person"
            ),
            models.UniqueConstraint(
                fields=["campaign", "order"], condition=Q(order__isnull=False), name="one_card_per_order"
            ),
        ]
        indexes = [
            models.Index(fields=["key"], condition=~Q(state="left_out"), name="card_person"),
            models.Index(fields=["campaign", "state", "-id"], name="card_state"),
            models.Index(fields=["campaign", "email"], condition=~Q(email=""), name="card_email"),
            # All cards of a customer, in whatever letter case the e-mail was typed.
            models.Index(Lower("email"), F("id").desc(), name="card_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.firstname} {self.lastname}".strip() or self.organisation

    def address(self) -> CardAddress:
        """Return the address as the vendor gets it."""
        names = CardAddress.__struct_fields__
        return CardAddress(**{name: getattr(self, name) for name in names})


class CardConversion(models.Model):
    """An order that somebody placed who had got a card: reported to the vendor once."""

    campaign = models.ForeignKey(MailCampaign, models.CASCADE, related_name="conversions", verbose_name=_("campaign"))
    recipient = models.ForeignKey(
        CardRecipient, models.CASCADE, related_name="conversions", verbose_name=_("recipient")
    )
    order = models.OneToOneField(Order, models.PROTECT, related_name="card_conversion", verbose_name=_("order"))
    exported_at = models.DateTimeField(_("sent"), null=True)
    # Why it is not reported: another currency, the vendor's refusal.
    problem = models.CharField(_("problem"), max_length=500, blank=True)
    upload_id = models.CharField(max_length=20, blank=True, editable=False)
    raw_state = models.CharField(_("vendor status"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("found"), auto_now_add=True)

    class Meta:
        verbose_name = _("conversion")
        verbose_name_plural = _("conversions")
        indexes = [
            models.Index(fields=["campaign", "id"], condition=Q(exported_at__isnull=True), name="conversion_untold"),
            models.Index(fields=["upload_id"], condition=~Q(upload_id="") & Q(raw_state=""), name="conversion_upload"),
        ]

    def __str__(self) -> str:
        return str(self.order_id)

"""Campaigns of handwritten cards: what is sent, what it may cost, and how far it is."""

from collections.abc import Collection

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop
from backoffice.engine.models.event import TimelineEvent
from backoffice.errors import ELIGIBLE, Eligibility, IllegalTransition, ineligible
from backoffice.states import StateChoices, Tone
from backoffice.text.translatable import gettext as _t


class CampaignState(StateChoices):
    DRAFT = "draft", Tone.GREY, "edit_note", _("draft")
    PREPARING = "preparing", Tone.BLUE, "sync", _("being prepared")
    PROOFED = "proofed", Tone.AMBER, "preview", _("ready for checkout")
    PAYING = "paying", Tone.BLUE, "send", _("being checked out")
    PAYMENT_NEEDED = "payment_needed", Tone.BLUE, "hourglass_top", _("payment in progress")
    PAID = "paid", Tone.GREEN, "paid", _("paid")
    MAILED = "mailed", Tone.GREEN, "mark_email_read", _("mailed")
    CANCELLED = "cancelled", Tone.GREY, "cancel", _("cancelled")
    STUCK = "stuck", Tone.RED, "person_alert", _("needs attention")


NEXT = {
    CampaignState.DRAFT: {CampaignState.PREPARING, CampaignState.CANCELLED},
    CampaignState.PREPARING: {
        CampaignState.DRAFT,
        CampaignState.PROOFED,
        CampaignState.STUCK,
        CampaignState.CANCELLED,
    },
    CampaignState.PROOFED: {
        CampaignState.DRAFT,
        CampaignState.PREPARING,
        CampaignState.PAYING,
        CampaignState.STUCK,
        CampaignState.CANCELLED,
    },
    # A lost answer may turn out as anything; only a reading of the vendor's draft leads back.
    CampaignState.PAYING: {
        CampaignState.PROOFED,
        CampaignState.PAYMENT_NEEDED,
        CampaignState.PAID,
        CampaignState.MAILED,
        CampaignState.CANCELLED,
        CampaignState.STUCK,
    },
    CampaignState.PAYMENT_NEEDED: {
        CampaignState.PROOFED,
        CampaignState.PAID,
        CampaignState.MAILED,
        CampaignState.CANCELLED,
        CampaignState.STUCK,
    },
    CampaignState.PAID: {CampaignState.MAILED, CampaignState.CANCELLED, CampaignState.STUCK},
    CampaignState.MAILED: {CampaignState.STUCK},
    CampaignState.STUCK: {
        CampaignState.DRAFT,
        CampaignState.PREPARING,
        CampaignState.PROOFED,
        CampaignState.PAYMENT_NEEDED,
        CampaignState.PAID,
        CampaignState.MAILED,
        CampaignState.CANCELLED,
    },
    CampaignState.CANCELLED: set(),
}
# From here on cards are or may be paid: nothing of it can be changed.
SPENT_STATES = (
    CampaignState.PAYING,
    CampaignState.PAYMENT_NEEDED,
    CampaignState.PAID,
    CampaignState.MAILED,
)


class Postage(models.TextChoices):
    STANDARD = "Standard", _("standard")
    FIRST_CLASS = "FirstClass", _("first class")


class ProductionSpeed(models.TextChoices):
    NORMAL = "Normal", _("normal")
    FASTER = "ExpeditedFaster", _("faster")
    FASTEST = "ExpeditedFastest", _("fastest")


class CampaignQuerySet(models.QuerySet["MailCampaign"]):
    def locked(self, pk: int) -> "MailCampaign":
        """Return the campaign, locked to the end of the transaction. Raises DoesNotExist."""
        return self.select_for_update(of=("self",)).select_related("shop").get(pk=pk)


class MailCampaign(models.Model):
    """Cards of one template to many people. All amounts are US dollars, which is what the vendor charges in."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="mail_campaigns", verbose_name=_("shop"))
    vendor = models.CharField(_("vendor"), max_length=32)
    name = models.CharField(_("name"), max_length=100)
    template_id = models.PositiveBigIntegerField(_("template number"), validators=[MinValueValidator(1)])
    template_name = models.CharField(_("template"), max_length=255, blank=True)
    postage = models.CharField(_("postage"), max_length=10, choices=Postage, default=Postage.STANDARD)
    speed = models.CharField(
        _("production speed"), max_length=16, choices=ProductionSpeed, default=ProductionSpeed.NORMAL
    )
    hold_until = models.DateField(_("do not mail before"), null=True, blank=True)
    budget = models.DecimalField(
        _("budget, US dollars"), max_digits=10, decimal_places=2, validators=[MinValueValidator(0)]
    )
    auto_bill = models.BooleanField(
        _("charge the saved payment method"),
        default=False,
        help_text=_("If off, the campaign is paid from the prepaid balance."),
    )
    attribution_days = models.PositiveSmallIntegerField(
        _("attribution window, days"),
        default=90,
        help_text=_("Purchases by a recipient within this time after mailing are attributed to the card."),
    )

    state = models.CharField(_("state"), max_length=16, choices=CampaignState, default=CampaignState.DRAFT)
    # Why a person has to look, or what went wrong last; shown on top of the page.
    problem = models.TextField(_("problem"), blank=True)
    vendor_id = models.CharField(_("vendor ID"), max_length=20, blank=True)
    raw_state = models.CharField(_("vendor status"), max_length=64, blank=True)

    # What the vendor's list of drafts showed before ours was asked for: what is new afterwards may be ours.
    create_attempted_at = models.DateTimeField(null=True, editable=False)
    drafts_before = ArrayField(models.CharField(max_length=20), default=list, editable=False)
    # Drafts that may be a lost one of ours: a person links one or has it deleted.
    uncertain_ids = ArrayField(models.CharField(max_length=20), default=list, editable=False)
    abandoned_ids = ArrayField(models.CharField(max_length=20), default=list, editable=False)

    submitted = models.PositiveIntegerField(_("recipients submitted"), default=0)
    accepted = models.PositiveIntegerField(_("recipients accepted"), default=0)
    price = models.DecimalField(_("price, US dollars"), max_digits=12, decimal_places=2, null=True, editable=False)
    price_credits = models.DecimalField(max_digits=12, decimal_places=2, default=0, editable=False)
    price_lines = models.JSONField(default=list, editable=False)
    priced_at = models.DateTimeField(null=True, editable=False)
    proof_path = models.CharField(max_length=100, blank=True, editable=False)
    proof_size = models.PositiveIntegerField(default=0, editable=False)
    proofed_at = models.DateTimeField(null=True, editable=False)

    # Committed before the call that pays.
    checkout_attempted_at = models.DateTimeField(_("checkout attempted"), null=True, editable=False)
    checkout_by = models.CharField(_("checked out by"), max_length=150, blank=True, editable=False)
    # Before that moment a reading says nothing about the payment; the vendor names the pace.
    poll_at = models.DateTimeField(null=True, editable=False)
    poll_seconds = models.FloatField(default=0, editable=False)
    settles_until = models.DateTimeField(null=True, editable=False)
    paid_at = models.DateTimeField(_("paid"), null=True, editable=False)
    mailed_at = models.DateTimeField(_("mailed"), null=True, editable=False)
    charged = models.DecimalField(_("charged, US dollars"), max_digits=12, decimal_places=2, null=True, editable=False)

    # By `DeliveryState` and "total", as the vendor counts them.
    counts = models.JSONField(default=dict, editable=False)
    scans = models.PositiveIntegerField(_("scans"), default=0, editable=False)
    last_scan = models.DateTimeField(null=True, editable=False)
    followed_at = models.DateTimeField(_("last checked"), null=True, editable=False)
    # The newest order that was looked at for conversions.
    orders_seen = models.BigIntegerField(default=0, editable=False)

    created_by = models.CharField(_("created by"), max_length=150, default="system", editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("card campaign")
        verbose_name_plural = _("card campaigns")
        permissions = [("check_out_mailcampaign", "Can check out card campaigns, which costs money")]
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "vendor_id"], condition=~Q(vendor_id=""), name="one_campaign_per_draft"
            )
        ]
        indexes = [
            models.Index(fields=["poll_at"], condition=Q(poll_at__isnull=False), name="campaign_due"),
            models.Index(fields=["state", "-id"], name="campaign_state"),
            models.Index(fields=["updated_at"], condition=~Q(problem=""), name="campaign_problem"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def known_paths(cls, paths: Collection[str]) -> set[str]:
        """Return which of these paths are proofs of ours (see `StoredFile.known_paths`)."""
        return set(cls._default_manager.filter(proof_path__in=paths).values_list("proof_path", flat=True))

    @property
    def sent_at(self) -> object:
        """When the cards began their way, as far as it is known; None before they are paid."""
        return self.mailed_at or self.paid_at

    def move_to(self, state: CampaignState, *, actor: str, kind: str = "", **params: object) -> None:
        """Change the state with a line in the timeline; the row must be locked. `params` are for its sentence.

        Raises IllegalTransition and changes nothing when the table does not allow it.
        """
        if state not in NEXT[CampaignState(self.state)]:
            text = _t("State of the campaign: %(state)s. It cannot change to “%(wanted)s”.")
            raise IllegalTransition(text % {"state": self.get_state_display(), "wanted": CampaignState(state).label})
        self.state = state
        self.save(update_fields=["state", "updated_at"])
        self.note(kind or str(state), actor=actor, **params)

    def can_fill(self) -> Eligibility:
        """Return whether recipients may be added and removed."""
        if self.state == CampaignState.DRAFT:
            return ELIGIBLE
        text = _t("State of campaign “%(name)s”: %(state)s. Its recipients can no longer be changed.")
        return ineligible(text % {"name": self.name, "state": self.get_state_display()})

    def can_prepare(self) -> Eligibility:
        """Return whether the vendor may be given what is missing, and asked for proof and price (again)."""
        return self._can_go_back(CampaignState.DRAFT, CampaignState.PROOFED, CampaignState.STUCK)

    def can_reopen(self) -> Eligibility:
        """Return whether it may be a draft again."""
        return self._can_go_back(CampaignState.PROOFED, CampaignState.STUCK)

    def can_cancel(self) -> Eligibility:
        """Return whether it may be put away: before any checkout was attempted, or when it needs a person."""
        if self.checkout_attempted_at is not None and self.state != CampaignState.STUCK:
            return ineligible(_t("The campaign is, or may be, checked out. Payments cannot be reversed."))
        ends = CampaignState.CANCELLED in NEXT[CampaignState(self.state)]
        return ELIGIBLE if ends else ineligible(self.state_text())

    def state_text(self) -> str:
        """Return its state as a sentence."""
        return _t("State of the campaign: %(state)s.") % {"state": self.get_state_display()}

    def _can_go_back(self, *states: CampaignState) -> Eligibility:
        if self.state not in states:
            return ineligible(self.state_text())
        if self.checkout_attempted_at is None:
            return ELIGIBLE
        return ineligible(_t("A checkout of this campaign was attempted. Resolve its outcome first."))

    def note(self, kind: str, *, actor: str, **params: object) -> None:
        """Add a line to the timeline."""
        self.events.create(kind=kind, actor=actor, params=params)


class CampaignEvent(TimelineEvent):
    """One line of a campaign's timeline; `orders.marketing.admin.campaign_pages.labels` has the sentences."""

    campaign = models.ForeignKey(MailCampaign, models.CASCADE, related_name="events", verbose_name=_("campaign"))

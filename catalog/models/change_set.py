"""What is to be changed at a vendor: sets of rows that people approve before anything leaves."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop
from backoffice.engine.models.event import TimelineEvent
from backoffice.errors import IllegalTransition
from backoffice.model_fields import TranslatableJSONField, TranslatableTextField
from backoffice.states import Chip, StateChoices, Tone
from backoffice.text.translatable import gettext as _t
from catalog.models.of_market import OfMarket
from catalog.models.variant import Variant
from catalog.models.vendor_job import VendorJob


class ChangeKind(models.TextChoices):
    SALES_PRICES = "sales_prices", _("sales prices")
    FULFILLER_PRICES = "fulfiller_prices", _("purchase and recommended prices")
    SEARCH_TEXTS = "search_texts", _("search texts")
    STOCK = "stock", _("stock")
    SYNC = "sync", _("offered in sales channels")


class ChangeSource(models.TextChoices):
    EDITOR = "editor", _("editor")
    TABLE = "table", _("table")
    FORMULA = "formula", _("formula")
    COMMAND = "command", _("command line")
    RESTORE = "restore", _("restored")
    RESET = "reset", _("reset to default")


class ChangeSetState(StateChoices):
    DRAFT = "draft", Tone.GREY, "edit_note", _("draft")
    CHECKED = "checked", Tone.BLUE, "fact_check", _("checked")
    APPROVED = "approved", Tone.BLUE, "verified_user", _("approved")
    SCHEDULED = "scheduled", Tone.BLUE, "schedule", _("scheduled")
    PUSHING = "pushing", Tone.BLUE, "sync", _("being sent")
    VERIFIED = "verified", Tone.GREEN, "check_circle", _("verified")
    DIFFERING = "differing", Tone.RED, "difference", _("mismatch at the vendor")
    FAILED = "failed", Tone.RED, "error", _("failed")
    DISCARDED = "discarded", Tone.GREY, "delete", _("discarded")


# What may follow what. Whatever is edited is a draft again, and whatever the vendor changed meanwhile is only checked.
_S = ChangeSetState
NEXT: dict[ChangeSetState, set[ChangeSetState]] = {
    _S.DRAFT: {_S.CHECKED, _S.DISCARDED},
    _S.CHECKED: {_S.DRAFT, _S.CHECKED, _S.APPROVED, _S.DISCARDED},
    _S.APPROVED: {_S.DRAFT, _S.CHECKED, _S.SCHEDULED, _S.PUSHING, _S.DISCARDED},
    _S.SCHEDULED: {_S.DRAFT, _S.APPROVED, _S.PUSHING, _S.DISCARDED},
    _S.PUSHING: {_S.CHECKED, _S.VERIFIED, _S.DIFFERING, _S.FAILED},
    _S.DIFFERING: {_S.VERIFIED, _S.DIFFERING, _S.FAILED},
    _S.VERIFIED: set(),
    _S.FAILED: set(),
    _S.DISCARDED: set(),
}


class ChangeSetQuerySet(models.QuerySet["ChangeSet"]):
    def locked(self, pk: int) -> "ChangeSet":
        """Lock the change set to the end of the transaction: the one way to do so. Raises DoesNotExist."""
        return self.select_for_update().get(pk=pk)

    def due(self) -> "ChangeSetQuerySet":
        """Return those scheduled for now or earlier."""
        return self.filter(state=ChangeSetState.SCHEDULED, scheduled_for__lte=timezone.now())


class ChangeSet(OfMarket):
    """A change of prices, texts or stock at one vendor; the only thing by which such a change can leave."""

    vendor = models.CharField(_("vendor"), max_length=32)
    kind = models.CharField(_("kind"), max_length=20, choices=ChangeKind)
    # Whose rules count; empty: the strictest of all shops.
    shop = models.ForeignKey(Shop, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("shop"))
    language = models.CharField(_("language"), max_length=2, blank=True)
    # Of people, or ours and then in the language of its reader; at most 200 characters.
    title = TranslatableTextField(_("title"))
    source = models.CharField(_("created by"), max_length=12, choices=ChangeSource)
    state = models.CharField(_("state"), max_length=12, choices=ChangeSetState, default=ChangeSetState.DRAFT)

    created_by = models.CharField(_("created by"), max_length=150)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    # Everybody whose edits are in it: none of them is "someone else" when it comes to approving.
    authors = ArrayField(models.CharField(max_length=150), verbose_name=_("authors"), default=list, blank=True)
    # When the oldest of the values in `Change.before` was read from the vendor.
    snapshot_at = models.DateTimeField(_("vendor's values as of"), null=True, blank=True)
    approved_by = models.CharField(_("approved by"), max_length=150, blank=True)
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    # Of the rows as they were approved: what was changed since cannot leave.
    approved_hash = models.CharField(max_length=32, blank=True, editable=False)
    override_by = models.CharField(_("warnings overridden by"), max_length=150, blank=True)
    override_reason = models.TextField(_("reason"), blank=True)
    scheduled_for = models.DateTimeField(_("scheduled for"), null=True, blank=True)
    pushed_at = models.DateTimeField(_("sent"), null=True, blank=True)
    verified_at = models.DateTimeField(_("read back"), null=True, blank=True)
    restored_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="restorations", verbose_name=_("restores")
    )
    # By name: rows, values, unchanged, blocking (of these final: those that nobody may override), flagged, removals,
    # unconfirmed, largest_move (percent, as text); once read back also the rows by their states.
    counts = models.JSONField(_("counts"), default=dict, blank=True)

    objects = ChangeSetQuerySet.as_manager()

    class Meta:
        verbose_name = _("change set")
        verbose_name_plural = _("change sets")
        permissions = [
            ("approve_changeset", "Can approve change sets"),
            ("push_changeset", "Can push and schedule approved change sets"),
            ("override_changeset", "Can override the guards of a change set, with a reason"),
            ("reset_searchtexts", "Can put search texts back to the vendor's default, which resets their addresses"),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="changeset_state"),
            models.Index(fields=["kind", "-id"], name="changeset_kind"),
            models.Index(fields=["scheduled_for"], condition=Q(state="scheduled"), name="changeset_due"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def chip(self) -> Chip:
        return ChangeSetState(self.state).chip()

    @property
    def is_editable(self) -> bool:
        """Whether rows may still be added, changed and removed."""
        return self.state in (ChangeSetState.DRAFT, ChangeSetState.CHECKED)

    def may_become(self, state: ChangeSetState) -> bool:
        """Return whether the table of transitions allows it."""
        return state in NEXT[ChangeSetState(self.state)]

    def move_to(
        self, state: ChangeSetState, *, actor: str, params: dict[str, Any] | None = None, kind: str = "", **changes: Any
    ) -> None:
        """Change the state (and fields given by name), with its line in the timeline, which `kind` may name otherwise
        than the state does. The row must be locked.

        Raises IllegalTransition and changes nothing when the table does not allow it.
        """
        if not self.may_become(state):
            text = _t("State of change set “%(title)s”: %(state)s. It cannot change to “%(wanted)s”.")
            raise IllegalTransition(
                text % {"title": self.title, "state": self.get_state_display(), "wanted": ChangeSetState(state).label}
            )
        for name, value in changes.items():
            setattr(self, name, value)
        self.state = state
        self.save(update_fields=["state", *changes])
        self.note(f"changeset.{kind or state}", actor=actor, **(params or {}))

    def note(self, kind: str, *, actor: str, **params: Any) -> None:
        """Add a line to the timeline."""
        self.events.create(actor=actor, kind=kind, params=params)


class ChangeSetEvent(TimelineEvent):
    """One line of a change set's timeline; `catalog.labels` has the words."""

    change_set = models.ForeignKey(ChangeSet, models.CASCADE, related_name="events", verbose_name=_("change set"))

    class Meta(TimelineEvent.Meta):
        indexes = [models.Index(fields=["change_set", "at"], name="changeset_timeline")]


class ChangeState(StateChoices):
    PENDING = "pending", Tone.GREY, "hourglass_empty", _("not sent")
    SENT = "sent", Tone.BLUE, "outbox", _("sent")
    VERIFIED = "verified", Tone.GREEN, "check_circle", _("verified")
    DIFFERS = "differs", Tone.RED, "difference", _("mismatch at the vendor")
    FAILED = "failed", Tone.RED, "error", _("failed")
    SUPERSEDED = "superseded", Tone.GREY, "update", _("superseded by a newer change set")


class Change(models.Model):
    """One SKU of a change set. How its JSON values look for each kind is in `catalog.services.change_sets.values`.

    `requested` is what was asked for, `after` what the vendor is to hold (filled by the check), `before` all that the
    vendor held of it. Prices are text, exact as the vendor wrote them.
    """

    change_set = models.ForeignKey(ChangeSet, models.CASCADE, related_name="changes", verbose_name=_("change set"))
    variant = models.ForeignKey(
        Variant, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("variant")
    )
    job = models.ForeignKey(
        VendorJob, models.SET_NULL, null=True, blank=True, related_name="changes", verbose_name=_("batch")
    )
    sku = models.CharField(_("SKU"), max_length=100)
    sku_fulfiller = models.CharField(_("fulfiller SKU"), max_length=100, blank=True)
    requested = models.JSONField(_("requested"), default=dict)
    before = models.JSONField(_("before"), default=dict, blank=True)
    after = models.JSONField(_("after"), default=dict, blank=True)
    # [{code, text, blocking, overridable}]
    guards = TranslatableJSONField(_("warnings"), default=list, blank=True)
    # What would vanish at the vendor, as keys such as "purchase:100" or "meta_title"; and those a person confirmed.
    removals = models.JSONField(_("will be deleted"), default=list, blank=True)
    confirmed = models.JSONField(_("confirmed"), default=list, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=ChangeState, default=ChangeState.PENDING)
    note = TranslatableTextField(_("note"), blank=True)
    read_back = models.JSONField(_("read back"), null=True, blank=True)

    class Meta:
        verbose_name = _("row of a change set")
        verbose_name_plural = _("rows of change sets")
        constraints = [models.UniqueConstraint(fields=["change_set", "sku"], name="one_change_per_sku")]
        indexes = [
            models.Index(fields=["change_set", "id"], name="change_by_set"),
            models.Index(fields=["change_set", "state", "id"], name="change_by_state"),
            models.Index(fields=["change_set", "id"], condition=~Q(guards=[]), name="change_with_guards"),
            models.Index(fields=["change_set", "id"], condition=~Q(removals=[]), name="change_with_losses"),
            models.Index(fields=["sku"], name="change_by_sku"),
        ]

    def __str__(self) -> str:
        return self.sku

    @property
    def unconfirmed(self) -> list[str]:
        """What would vanish and nobody has confirmed yet."""
        return [key for key in self.removals if key not in self.confirmed]

"""Approving change sets: by somebody with the right to, and by somebody else where the change is large."""

from decimal import Decimal
from hashlib import blake2b

from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from backoffice.accounts.services.rights.catalogue import part_of
from backoffice.errors import ELIGIBLE, Conflict, Eligibility, NotAllowed, Outdated, ineligible
from backoffice.text.reasons import checked_reason
from backoffice.text.translatable import gettext as _
from catalog.models import Change, ChangeSet, ChangeSetState
from catalog.services.bulk import to_json
from catalog.services.change_sets.rules import rules_for, threshold_of

APPROVE, OVERRIDE, PUSH = "catalog.approve_changeset", "catalog.override_changeset", "catalog.push_changeset"

User = AbstractUser | AnonymousUser


def approve_change_set(
    change_set: ChangeSet, *, user: User, override_reason: str = "", revision: str = ""
) -> ChangeSet:
    """Approve the set as it is, or as it was at that revision. Guards that may be overridden are, when a reason is
    given (kept with the name).

    Refuses (NotAllowed) people without the permission, and the authors of a set that passes their shop's threshold;
    (Conflict) sets with guards that still block, with removals that nobody confirmed, or without rows; (Outdated) sets
    that were changed since that revision; (IllegalTransition) sets that are not checked.
    """
    ensure_permitted(user, APPROVE)
    name = user.get_username()
    with transaction.atomic():
        change_set = ChangeSet.objects.locked(change_set.pk)
        if revision and revision != revision_of(change_set):
            raise Outdated(_("This change set has been changed in the meantime. Review it again before approving it."))
        can_approve(change_set, name=name).ensure()
        override = _override(change_set, user=user, reason=override_reason)
        change_set.move_to(
            ChangeSetState.APPROVED,
            actor=name,
            params={"reason": override} if override else {},
            approved_by=name,
            approved_at=timezone.now(),
            approved_hash=hash_of_rows(change_set.changes.all()),
            override_by=name if override else "",
            override_reason=override,
        )
    return change_set


def revision_of(change_set: ChangeSet) -> str:
    """Return what tells the set from what it was and will be: whatever changes it adds to its timeline."""
    return str(change_set.events.aggregate(newest=Max("pk"))["newest"] or "")


def needs_somebody_else(change_set: ChangeSet) -> bool:
    """Return whether the set is so large, or moves prices so far, that its authors may not approve it."""
    threshold = threshold_of(rules_for(change_set))
    if change_set.counts.get("rows", 0) >= threshold.skus:
        return True
    return Decimal(change_set.counts.get("largest_move", 0)) >= threshold.move_percent


def hash_of_rows(rows: QuerySet[Change]) -> str:
    """Return the hash of what will be sent and of what it replaces."""
    digest = blake2b(digest_size=16)
    values = rows.order_by("sku").values_list("sku", "before", "after", "confirmed")
    for row in values.iterator(chunk_size=5000):
        digest.update(to_json(row).encode())
    return digest.hexdigest()


def ensure_permitted(user: User, permission: str) -> None:
    """Raise NotAllowed without it."""
    if not (user.is_active and user.has_perm(permission)):
        part = part_of(permission)
        text = _("You are not allowed to do this. Your roles lack: %(permission)s.")
        raise NotAllowed(text % {"permission": part.sentence if part else permission})


def can_approve(change_set: ChangeSet, *, name: str) -> Eligibility:
    """Return whether the set is ready to be approved, and that person none of its authors where that counts."""
    counts = change_set.counts
    if change_set.state != ChangeSetState.CHECKED:
        text = _("Only a checked change set can be approved. Current state: %s.")
        return ineligible(text % change_set.get_state_display())
    if not counts.get("rows"):
        return Eligibility(Conflict(_("This change set is empty."), code="empty"))
    if counts.get("final"):
        text = _("Rows that cannot be sent: %(count)d. Correct or remove them.")
        return Eligibility(Conflict(text % {"count": counts["final"]}, code="blocked"))
    if counts.get("unconfirmed"):
        text = _("Values that would be deleted at the vendor and are not confirmed: %(count)d.")
        return Eligibility(Conflict(text % {"count": counts["unconfirmed"]}, code="unconfirmed"))
    if name in change_set.authors and needs_somebody_else(change_set):
        text = _("This change is so large that someone else must approve it.")
        return Eligibility(NotAllowed(text, code="own_approval"))
    return ELIGIBLE


def _override(change_set: ChangeSet, *, user: User, reason: str) -> str:
    """Return the reason for which guards are overridden, empty when there is nothing to override."""
    if not change_set.counts.get("blocking"):
        return ""
    if not reason.strip():
        text = _("Rows blocked by a warning: %(count)d.")
        raise Conflict(text % {"count": change_set.counts["blocking"]}, code="blocked")
    ensure_permitted(user, OVERRIDE)
    return checked_reason(reason)

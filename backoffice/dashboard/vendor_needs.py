"""What went wrong between us and the vendors, and has no next step without a person."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.admin.chips import Tone
from backoffice.dashboard.needs import Need, NeedGroup, group_of, link
from backoffice.models import Callback, Heartbeat, Integration, Push
from backoffice.models.callback import CallbackState
from backoffice.models.push import PushState
from orders.models import Hold

# The sweep runs every few seconds; after a minute without it nobody works off anything.
BEAT_SECONDS = 60


def background_work() -> NeedGroup | None:
    """Worker and beat stand still: nothing is sent and nothing that came in is worked off."""
    beat = Heartbeat.objects.filter(name="beat").first()
    if beat is None or beat.at > timezone.now() - timedelta(seconds=BEAT_SECONDS):
        return None
    need = Need(
        what=_("No sign of life from the background work"),
        detail=_("Orders are taken, but nothing is sent. Somebody with access to the servers must start it."),
        since=beat.at,
        who=_("Operations"),
        url=link("backoffice_push_changelist"),
        action=_("See what waits"),
    )
    return NeedGroup(_("Background work stands still"), "heart_broken", Tone.RED, 1, [need], "")


def unknown_outcomes() -> NeedGroup | None:
    rows = Push.objects.needing_a_person().filter(state=PushState.UNKNOWN).order_by("updated_at")
    return group_of(
        rows,
        title=_("Outcome unknown"),
        icon="help",
        tone=Tone.RED,
        url=link("backoffice_push_changelist", query="?state__exact=unknown&needs_person__exact=1"),
        need=lambda push: _push_need(push, action=_("Decide")),
    )


def refused_pushes() -> NeedGroup | None:
    """Refused, except where an order is held for it already: that is one need, not two."""
    held = Hold.objects.filter(order__vendor_orders=OuterRef("subject_id"), released_at__isnull=True)
    shown_as_held = Q(subject_type="orders.vendororder") & Exists(held)
    rows = Push.objects.needing_a_person().filter(~shown_as_held, state=PushState.FAILED).order_by("updated_at")
    return group_of(
        rows,
        title=_("Refused by a vendor"),
        icon="block",
        tone=Tone.RED,
        url=link("backoffice_push_changelist", query="?state__exact=failed&needs_person__exact=1"),
        need=lambda push: _push_need(push, action=_("Look")),
    )


def unreadable_callbacks() -> NeedGroup | None:
    states = [CallbackState.INVALID, CallbackState.QUARANTINED]
    rows = Callback.objects.filter(state__in=states).order_by("pk")
    return group_of(
        rows,
        title=_("Callbacks that could not be used"),
        icon="report",
        tone=Tone.AMBER,
        url=link("backoffice_callback_changelist", query="?state__exact=invalid"),
        need=lambda callback: Need(
            what=f"{callback.vendor} · {callback.topic}",
            detail=callback.note or callback.get_state_display(),
            since=callback.received_at,
            who="",
            url=link("backoffice_callback_change", callback.pk),
            action=_("Look"),
        ),
    )


def stopped_integrations() -> NeedGroup | None:
    stopped = Q(auth_failed_at__isnull=False) | Q(paused_at__isnull=False) | Q(open_until__gt=timezone.now())
    return group_of(
        Integration.objects.filter(stopped).order_by("vendor"),
        title=_("Vendors that we do not talk to now"),
        icon="cloud_off",
        tone=Tone.RED,
        url=link("backoffice_integration_changelist"),
        need=_integration_need,
    )


def _integration_need(integration: Integration) -> Need:
    if integration.auth_failed_at:
        detail, since = _("Our credentials were refused: mend them, then resume."), integration.auth_failed_at
        action = _("Mend")
    elif integration.paused_at:
        detail = _("Paused by %(name)s.") % {"name": integration.paused_by or "?"}
        since, action = integration.paused_at, _("Resume")
    else:
        detail, since = integration.last_failure, integration.last_failure_at
        action = _("Look")
    url = link("backoffice_integration_change", integration.pk) or link("backoffice_integration_changelist")
    return Need(integration.vendor, detail, since, integration.paused_by, url, action)


def _push_need(push: Push, *, action: str) -> Need:
    return Need(
        what=f"{push.kind} → {push.vendor}",
        detail=push.cause,
        since=push.unknown_since or push.updated_at,
        who=push.decided_by,
        url=link("backoffice_push_change", push.pk),
        action=action,
    )

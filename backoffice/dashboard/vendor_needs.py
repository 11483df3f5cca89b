"""What went wrong between us and the vendors, and has no next step without a person."""

from django.db.models import Exists, OuterRef, Q

from backoffice.dashboard.needs import Need, NeedGroup, each, group_of, link
from backoffice.engine.admin.push_list import kind_label
from backoffice.engine.admin.subject_links import subject_links
from backoffice.engine.models import Callback, Push
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.models.push import PushState
from backoffice.engine.services.alerts import current_alerts
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import vendor_title
from orders.models import Hold


def standstills() -> NeedGroup | None:
    """Return what stands still, and all work with it: the background work, a vendor that we do not talk to."""
    alerts = current_alerts()
    page = link("engine_integration_changelist")
    needs = [Need(alert.text, alert.remedy, alert.since, page) for alert in alerts]
    tone = Tone.RED if any(alert.is_urgent for alert in alerts) else Tone.AMBER
    return NeedGroup(_("Standing still"), "cloud_off", tone, len(needs), needs, "") if needs else None


def unknown_outcomes() -> NeedGroup | None:
    rows = Push.objects.needing_attention().filter(state=PushState.UNKNOWN).order_by("updated_at")
    return group_of(
        rows,
        title=_("Outcome unknown"),
        icon="help",
        tone=Tone.RED,
        url=link("engine_push_changelist", query="?state=unknown&needs_attention=1"),
        permission="engine.decide_push",
        needs=lambda pushes: _push_needs(pushes, action=_("Decide")),
    )


def refused_pushes() -> NeedGroup | None:
    """Return refused pushes, except where an order is held for it already: that is one need, not two."""
    held = Hold.objects.filter(order__vendor_orders=OuterRef("subject_id"), released_at__isnull=True)
    shown_as_held = Q(subject_type="orders.vendororder") & Exists(held)
    rows = Push.objects.needing_attention().filter(~shown_as_held, state=PushState.FAILED).order_by("updated_at")
    return group_of(
        rows,
        title=_("Refused by a vendor"),
        icon="block",
        tone=Tone.RED,
        url=link("engine_push_changelist", query="?state=failed&needs_attention=1"),
        permission="engine.resend_push",
        needs=lambda pushes: _push_needs(pushes, action=_("Look")),
    )


def unreadable_callbacks() -> NeedGroup | None:
    states = [CallbackState.INVALID, CallbackState.QUARANTINED]
    rows = Callback.objects.filter(state__in=states).order_by("pk")
    return group_of(
        rows,
        title=_("Callbacks that could not be used"),
        icon="report",
        tone=Tone.AMBER,
        url=link("engine_callback_changelist", query="?state=unusable"),
        permission="engine.replay_callback",
        needs=each(_callback_need),
    )


def _callback_need(callback: Callback) -> Need:
    return Need(
        what=f"{vendor_title(callback.vendor)} · {callback.topic}",
        detail=callback.note or callback.get_state_display(),
        since=callback.received_at,
        url=link("engine_callback_change", callback.pk),
    )


def waiting_for_long() -> NeedGroup | None:
    rows = (
        Push.objects.needing_attention().filter(state__in=[PushState.NEW, PushState.IN_FLIGHT]).order_by("updated_at")
    )
    return group_of(
        rows,
        title=_("Cannot be sent for long"),
        icon="hourglass_top",
        tone=Tone.AMBER,
        url=link("engine_push_changelist", query="?state=unsent&needs_attention=1"),
        permission="engine.resend_push",
        needs=lambda pushes: _push_needs(pushes, action=_("Look")),
    )


def _push_needs(pushes: list[Push], *, action: str) -> list[Need]:
    """Name each by the thing that staff know: an order rather than a part of it."""
    about = subject_links(pushes)
    needs = []
    for push in pushes:
        subject = about.get((push.subject_type, push.subject_id))
        kind = kind_label(push.kind)
        what = f"{subject.name} · {kind}" if subject else f"{kind} → {push.vendor}"
        since = push.unknown_since or push.updated_at
        page = link("engine_push_change", push.pk)
        needs.append(Need(what, push.cause, since, page, who=push.decided_by, action=action))
    return needs

"""What went wrong between us and the vendors, and has no next step without a person."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy

from backoffice.dashboard.kind import Dismissal, Essentials, InboxKind, Need, each, explained_in, link, page_of
from backoffice.engine.admin.push_list import kind_label
from backoffice.engine.admin.subject_links import subject_links
from backoffice.engine.models import Callback, Push
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.models.push import PushState
from backoffice.engine.services.callbacks import dismiss_callback
from backoffice.engine.services.push_errors import explain_push
from backoffice.engine.services.pushes import dismiss_push
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _
from backoffice.vendors.explaining import explain
from backoffice.vendors.registry import vendor_title
from orders.models import Hold


def _in_state(*states: PushState) -> QuerySet[Push]:
    return Push.objects.needing_attention().filter(state__in=states)


def _refused() -> QuerySet[Push]:
    """Return refused pushes, except where an order is held for it already: that is one need, not two."""
    held = Hold.objects.filter(order__vendor_orders=OuterRef("subject_id"), released_at__isnull=True)
    shown_as_held = Q(subject_type="orders.vendororder") & Exists(held)
    return _in_state(PushState.FAILED).filter(~shown_as_held)


def _callbacks(*states: CallbackState) -> QuerySet[Callback]:
    """Return those that are not tried again by themselves."""
    return Callback.objects.filter(state__in=states, next_at__isnull=True)


def _push_needs(pushes: list[Push], *, action: Any) -> list[Need]:
    """Name each by the thing that staff know: an order rather than a part of it."""
    about = subject_links(pushes)
    needs = []
    for push in pushes:
        subject = about.get((push.subject_type, push.subject_id))
        kind = kind_label(push.kind)
        what = f"{subject.name} · {kind}" if subject else f"{kind} → {vendor_title(push.vendor)}"
        since = push.unknown_since or push.attention_since or push.updated_at
        page = link("engine_push_change", push.pk)
        cause = explained_in(push.vendor, explain_push(push).main)
        needs.append(Need(what=what, since=since, url=page, who=push.decided_by, action=action, **cause))
    return needs


def _push_essentials(push: Push) -> Essentials:
    return Essentials(
        chips=[PushState(push.state).chip()],
        facts=[
            (_("Vendor"), vendor_title(push.vendor)),
            (_("Request"), kind_label(push.kind)),
            (_("Attempts"), push.attempts),
        ],
    )


def _callback_need(callback: Callback) -> Need:
    return Need(
        what=f"{vendor_title(callback.vendor)} · {callback.topic}",
        **explained_in(callback.vendor, explain(callback.vendor, callback.note or callback.get_state_display())),
        since=callback.received_at,
        url=link("engine_callback_change", callback.pk),
    )


def _pushes(rows: Callable[[], QuerySet[Push]], *, name: str, action: Any, state: str, **look: Any) -> InboxKind:
    return InboxKind(
        name=name,
        see=("engine.view_push",),
        rows=rows,
        order_by=("pk",),
        since=Coalesce("unknown_since", "attention_since", "updated_at"),
        needs=partial(_push_needs, action=action),
        page=page_of("engine_push_changelist", query=f"?state={state}&needs_attention=1"),
        essentials=_push_essentials,
        **look,
    )


def _webhooks(*states: CallbackState, state: str, **look: Any) -> InboxKind:
    return InboxKind(
        see=("engine.view_push", "engine.view_callback"),
        act="engine.replay_callback",
        tone=Tone.AMBER,
        rows=partial(_callbacks, *states),
        order_by=("pk",),
        since="received_at",
        needs=each(_callback_need),
        page=page_of("engine_callback_changelist", query=f"?state={state}"),
        essentials=lambda row: Essentials(chips=[CallbackState(row.state).chip()]),
        dismissal=Dismissal(
            gettext_lazy("Dismiss"),
            "engine.replay_callback",
            lambda callback, actor: dismiss_callback(callback, actor=actor),
        ),
        **look,
    )


def _dismiss(push: Push, actor: str) -> None:
    dismiss_push(push, actor=actor, reason=_("Dismissed in the inbox."))


KINDS = [
    _pushes(
        partial(_in_state, PushState.UNKNOWN),
        name="unknown-outcomes",
        title=gettext_lazy("Outcome unknown"),
        icon="help",
        tone=Tone.RED,
        place=20,
        act="engine.decide_push",
        action=gettext_lazy("Decide"),
        state="unknown",
    ),
    _pushes(
        _refused,
        name="refused-requests",
        title=gettext_lazy("Rejected by a vendor"),
        icon="block",
        tone=Tone.RED,
        place=30,
        act="engine.resend_push",
        action=gettext_lazy("Correct or send again"),
        state="failed",
        dismissal=Dismissal(gettext_lazy("Dismiss"), "engine.resend_push", _dismiss),
    ),
    _pushes(
        partial(_in_state, PushState.NEW, PushState.IN_FLIGHT),
        name="unsent-requests",
        title=gettext_lazy("Not sent for a long time"),
        icon="hourglass_top",
        tone=Tone.AMBER,
        place=40,
        act="engine.resend_push",
        action=gettext_lazy("Find the cause"),
        state="unsent",
    ),
    _webhooks(
        CallbackState.INVALID,
        CallbackState.QUARANTINED,
        name="unusable-webhooks",
        title=gettext_lazy("Incoming webhooks that could not be processed"),
        icon="report",
        place=320,
        state="unusable",
    ),
    _webhooks(
        CallbackState.ORPHAN,
        name="orphan-webhooks",
        title=gettext_lazy("Incoming webhooks that match nothing"),
        icon="link_off",
        place=330,
        state="orphan",
    ),
]

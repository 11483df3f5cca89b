"""What rules report: rules that failed, and notices at orders."""

from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from backoffice.dashboard.essentials import order_essentials
from backoffice.dashboard.kind import Dismissal, Essentials, InboxKind, Need, assigned_to, each, link, page_of
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _
from orders.rules.models import Notice, NoticeKind
from orders.rules.services.editing import finish_notice


def _open(kind: NoticeKind) -> QuerySet[Notice]:
    return Notice.objects.filter(done_at__isnull=True, kind=kind)


def _need(notice: Notice) -> Need:
    order = notice.order
    if order is None:
        name = notice.rule.name if notice.rule else ""
        what = _("A rule failed: %(name)s") % {"name": name}
        return Need(what, notice.text, notice.made_at, link("rules_rule_change", notice.rule_id))
    return Need(
        what=order.number,
        detail=notice.text,
        since=notice.made_at,
        who=assigned_to(order.assignee),
        url=link("orders_order_change", order.pk),
    )


def _essentials(notice: Notice) -> Essentials:
    return order_essentials(notice.order) if notice.order else Essentials()


def _kind(kind: NoticeKind, *, name: str, title: Any, icon: str, tone: Tone, place: int) -> InboxKind:
    return InboxKind(
        name=name,
        title=title,
        icon=icon,
        tone=tone,
        place=place,
        see=("orders.view_order",),
        act="rules.change_notice",
        rows=partial(_open, kind),
        order_by=("made_at", "pk"),
        since="made_at",
        related=("order__assignee", "order__shop", "rule"),
        needs=each(_need),
        page=page_of("rules_notice_changelist"),
        owner="order__assignee_id",
        order="order_id",
        essentials=_essentials,
        dismissal=Dismissal(
            gettext_lazy("Done"), "rules.change_notice", lambda notice, actor: finish_notice(notice, actor=actor)
        ),
    )


KINDS = [
    _kind(
        NoticeKind.RULE_FAILED,
        name="failed-rules",
        title=gettext_lazy("Failed rules"),
        icon="rule",
        tone=Tone.RED,
        place=140,
    ),
    *(
        _kind(
            kind,
            name="notices" if kind == NoticeKind.NOTICE else f"notices-{kind}",
            title=gettext_lazy("Notices"),
            icon="notifications",
            tone=Tone.BLUE,
            place=141,
        )
        for kind in NoticeKind
        if kind != NoticeKind.RULE_FAILED
    ),
]

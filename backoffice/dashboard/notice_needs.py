"""What rules tell staff: notices at orders, and rules that failed."""

from django.utils.translation import gettext as _

from backoffice.admin.chips import Tone
from backoffice.dashboard.needs import Need, NeedGroup, assigned_to, group_of, link
from orders.models import Notice, NoticeKind


def notices() -> NeedGroup | None:
    """Open notices, oldest first."""
    rows = Notice.objects.filter(done_at__isnull=True, kind=NoticeKind.NOTICE)
    return group_of(
        rows.select_related("order__assignee").order_by("made_at", "pk"),
        title=_("Notices"),
        icon="notifications",
        tone=Tone.BLUE,
        url=link("orders_notice_changelist"),
        needs=lambda found: [_order_need(notice) for notice in found],
    )


def failed_rules() -> NeedGroup | None:
    """Rules that failed since somebody last looked: one need a rule, however many orders."""
    rows = Notice.objects.filter(done_at__isnull=True, kind=NoticeKind.RULE_FAILED)
    return group_of(
        rows.select_related("rule").order_by("made_at", "pk"),
        title=_("Rules that failed"),
        icon="rule",
        tone=Tone.RED,
        url=link("orders_notice_changelist"),
        needs=lambda found: [_rule_need(notice) for notice in found],
    )


def _order_need(notice: Notice) -> Need:
    order = notice.order
    return Need(
        what=order.number if order else _("Notice"),
        detail=notice.text,
        since=notice.made_at,
        who=assigned_to(order.assignee) if order else "",
        url=link("orders_order_change", order.pk) if order else link("orders_notice_changelist"),
        action=_("Look"),
    )


def _rule_need(notice: Notice) -> Need:
    return Need(
        what=notice.rule.name if notice.rule else _("Notice"),
        detail=notice.text,
        since=notice.made_at,
        who="",
        url=link("orders_rule_change", notice.rule_id),
        action=_("Look"),
    )

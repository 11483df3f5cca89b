"""What rules tell staff: rules that failed, and notices at orders."""

from backoffice.dashboard.needs import SHOWN, Need, NeedGroup, assigned_to, count_up_to, link
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _
from orders.rules.models import Notice, NoticeKind


def notices() -> NeedGroup | None:
    """Open notices: rules that failed first (one a rule, however many orders), then the oldest. At most two queries."""
    rows = Notice.objects.filter(done_at__isnull=True).order_by("-kind", "made_at", "pk")
    shown = list(rows.select_related("order__assignee", "rule")[: SHOWN + 1])
    if not shown:
        return None
    count = len(shown) if len(shown) <= SHOWN else count_up_to(rows)
    tone = Tone.RED if shown[0].kind == NoticeKind.RULE_FAILED else Tone.BLUE
    needs = [_need(notice) for notice in shown[:SHOWN]]
    return NeedGroup(
        _("Notices"), "notifications", tone, count, needs, link("rules_notice_changelist"), "rules.change_notice"
    )


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

"""The actions of rules at our own desk: hold, release, tag, assign, notify."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy
from msgspec import Meta

from backoffice.errors import IllegalTransition
from backoffice.text.structs import Text
from backoffice.text.translatable import gettext as _
from orders.models import HoldReason, Order, OrderState
from orders.rules.models import Notice
from orders.rules.services.actions import Params, RuleAction, rule_action
from orders.rules.services.context import RuleContext
from orders.rules.services.text import fold
from orders.services.annotations import LONGEST_TAG, MOST_TAGS, assign_order, tag_order
from orders.services.lifecycle import hold_order, release_or_hold

LongText = Annotated[str, Meta(min_length=3, max_length=500), Text.PARAGRAPH]


class HoldParams(Params, frozen=True):
    text: LongText


@rule_action("hold")
class HoldOrder(RuleAction[HoldParams]):
    """The order waits, with a text that says what to do. Each rule holds an order once."""

    title = gettext_lazy("Hold the order")
    params = HoldParams
    inputs = (("text", gettext_lazy("What to do before release"), "long"),)

    def describe(self, params: HoldParams) -> str:
        return _("hold it: “%(text)s”") % {"text": params.text}

    def plan(self, context: RuleContext, params: HoldParams, *, rule_id: int) -> str:
        if context.state in (OrderState.CANCELLED, OrderState.CLOSED):
            return "ended"
        match context.past.holds.get(rule_id):
            case None:
                return ""
            case in_force:
                return "already_so" if in_force else "hand_released"

    def foresee(self, context: RuleContext, params: HoldParams, *, rule_id: int) -> None:
        context.past.holds[rule_id] = True
        context.state = OrderState.HELD

    def apply(self, order: Order, params: HoldParams, *, rule_id: int, actor: str) -> None:
        hold_order(order, reason=HoldReason.RULE, text=params.text, actor=actor)


class NoParams(Params, frozen=True):
    pass


@rule_action("release")
class ReleaseOrder(RuleAction[NoParams]):
    """A new order goes to its vendors. One that is held stays so: its reasons are for those who placed them."""

    title = gettext_lazy("Release the order")
    params = NoParams

    def describe(self, params: NoParams) -> str:
        return _("release it to its vendors")

    def plan(self, context: RuleContext, params: NoParams, *, rule_id: int) -> str:
        if context.state == OrderState.RELEASED:
            return "released"
        if context.state in (OrderState.CANCELLED, OrderState.CLOSED):
            return "ended"
        if context.state == OrderState.HELD or context.past.other_holds or any(context.past.holds.values()):
            return "held"
        return "done_before" if (rule_id, self.kind) in context.past.done else ""

    def foresee(self, context: RuleContext, params: NoParams, *, rule_id: int) -> None:
        context.state = OrderState.RELEASED

    def apply(self, order: Order, params: NoParams, *, rule_id: int, actor: str) -> None:
        release_or_hold(order, actor=actor)


class TagParams(Params, frozen=True):
    tag: Annotated[str, Meta(min_length=1, max_length=LONGEST_TAG, pattern=r"^[^,]*[^,\s][^,]*$")]


@rule_action("tag")
class TagOrder(RuleAction[TagParams]):
    """The order has a tag more; never one that a person took away."""

    title = gettext_lazy("Add a tag")
    params = TagParams
    inputs = (("tag", gettext_lazy("Tag"), "tag"),)

    def describe(self, params: TagParams) -> str:
        return _("tag it “%(tag)s”") % {"tag": params.tag}

    def key(self, params: TagParams) -> str:
        return f"tag:{fold(params.tag)}"

    def plan(self, context: RuleContext, params: TagParams, *, rule_id: int) -> str:
        if fold(params.tag) in {fold(tag) for tag in context.tags}:
            return "already_so"
        if fold(params.tag) in context.past.tags_removed:
            return "tag_removed"
        return "too_many_tags" if len(context.tags) >= MOST_TAGS else ""

    def foresee(self, context: RuleContext, params: TagParams, *, rule_id: int) -> None:
        context.tags = [*context.tags, params.tag.strip()]

    def apply(self, order: Order, params: TagParams, *, rule_id: int, actor: str) -> None:
        order.refresh_from_db(fields=["tags"])
        tag_order(order, tags=[*order.tags, params.tag], actor=actor)


class AssignParams(Params, frozen=True):
    username: Annotated[str, Meta(min_length=1, max_length=150)]


@rule_action("assign")
class AssignOrder(RuleAction[AssignParams]):
    """The order is somebody's, if it is nobody's and no person has ever decided whose it is."""

    title = gettext_lazy("Assign the order")
    params = AssignParams
    inputs = (("username", gettext_lazy("Assignee"), "person"),)

    def describe(self, params: AssignParams) -> str:
        return _("assign it to %(name)s") % {"name": params.username}

    def load(self, order_ids: Collection[int]) -> Mapping[int, Any]:
        people = dict(User.objects.filter(is_staff=True, is_active=True).values_list("username", "pk"))
        return dict.fromkeys(order_ids, people)

    def plan(self, context: RuleContext, params: AssignParams, *, rule_id: int) -> str:
        key = context.extra.get(self.kind, {}).get(params.username)
        if key is None:
            return "no_such_person"
        if context.assignee_id == key:
            return "already_so"
        if context.past.assigned_by_hand:
            return "assigned_by_hand"
        return "assigned" if context.assignee_id is not None else ""

    def foresee(self, context: RuleContext, params: AssignParams, *, rule_id: int) -> None:
        context.assignee_id = context.extra.get(self.kind, {}).get(params.username)

    def apply(self, order: Order, params: AssignParams, *, rule_id: int, actor: str) -> None:
        person = User.objects.filter(username=params.username, is_staff=True, is_active=True).first()
        if person is None:
            raise IllegalTransition(_("User not found: %(name)s.") % {"name": params.username})
        assign_order(order, assignee=person, actor=actor)


class NotifyParams(Params, frozen=True):
    text: LongText


@rule_action("notify")
class NotifyStaff(RuleAction[NotifyParams]):
    """Staff read of it on their home page until somebody marks it done; once an order."""

    title = gettext_lazy("Notify staff")
    params = NotifyParams
    inputs = (("text", gettext_lazy("Text of the notice"), "long"),)

    def describe(self, params: NotifyParams) -> str:
        return _("notify staff: “%(text)s”") % {"text": params.text}

    def plan(self, context: RuleContext, params: NotifyParams, *, rule_id: int) -> str:
        return "done_before" if rule_id in context.past.notices else ""

    def foresee(self, context: RuleContext, params: NotifyParams, *, rule_id: int) -> None:
        context.past.notices.add(rule_id)

    def apply(self, order: Order, params: NotifyParams, *, rule_id: int, actor: str) -> None:
        Notice.objects.create(order=order, rule_id=rule_id, text=params.text, made_by=actor)

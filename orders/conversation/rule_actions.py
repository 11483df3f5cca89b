"""What conversation adds to the actions of rules: a mail to the customer, a comment."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any

from django.utils.translation import gettext_lazy
from msgspec import Meta

from backoffice.mail.services.choices import shops_that_send
from backoffice.text.emails import usable_email
from backoffice.text.structs import Text
from backoffice.text.translatable import gettext as _
from orders.conversation.services.comments import comment_as, message_as
from orders.models import Order
from orders.rules.services.actions import Params, RuleAction, rule_action
from orders.rules.services.context import RuleContext

Words = Annotated[str, Meta(min_length=3, max_length=2000), Text.PARAGRAPH]


class MailParams(Params, frozen=True):
    text: Words


@rule_action("mail_customer")
class MailCustomer(RuleAction[MailParams]):
    """The customer is written to, once an order and rule; greeting and signature come from the shop's template."""

    title = gettext_lazy("Write to the customer")
    params = MailParams
    inputs = (("text", gettext_lazy("Message to the customer"), "long"),)
    permission = "conversation.mail_customer"
    refusal = gettext_lazy("This rule writes to customers, which you are not allowed to do.")

    def describe(self, params: MailParams) -> str:
        return _("write to the customer: “%(text)s”") % {"text": params.text}

    def load(self, order_ids: Collection[int]) -> Mapping[int, Any]:
        """By order: whether its shop sends messages."""
        shops = dict(Order.objects.filter(pk__in=order_ids).values_list("pk", "shop_id"))
        sending = shops_that_send("order.message", set(shops.values()))
        return {pk: shop in sending for pk, shop in shops.items()}

    def plan(self, facts: RuleContext, params: MailParams, *, rule_id: int) -> str:
        if (rule_id, self.kind) in facts.past.done:
            return "done_before"
        can_be_sent = facts.extra.get(self.kind, {}) and usable_email(facts.email)
        return "" if can_be_sent else "not_set_up"

    def foresee(self, facts: RuleContext, params: MailParams, *, rule_id: int) -> None:
        facts.past.done.add((rule_id, self.kind))

    def apply(self, order: Order, params: MailParams, *, rule_id: int, actor: str) -> None:
        message_as(order, params.text, actor=actor)


@rule_action("comment")
class CommentOnOrder(RuleAction[MailParams]):
    """A comment in the timeline, once an order and rule; @ mentions somebody."""

    title = gettext_lazy("Write a comment")
    params = MailParams
    inputs = (("text", gettext_lazy("Comment; use @ to mention someone"), "long"),)

    def describe(self, params: MailParams) -> str:
        return _("comment: “%(text)s”") % {"text": params.text}

    def plan(self, facts: RuleContext, params: MailParams, *, rule_id: int) -> str:
        return "done_before" if (rule_id, self.kind) in facts.past.done else ""

    def foresee(self, facts: RuleContext, params: MailParams, *, rule_id: int) -> None:
        facts.past.done.add((rule_id, self.kind))

    def apply(self, order: Order, params: MailParams, *, rule_id: int, actor: str) -> None:
        comment_as(order, params.text, actor=actor)

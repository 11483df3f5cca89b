"""What rules can do: a registry. Each action says in advance whether it would do something, and why not.

`plan` only reads the context. `foresee` notes on it what `apply` does to the order, so that a trial and a run take
the same way: rules that come later see what those before them did.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Annotated, Any, ClassVar, Generic, TypeVar

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from msgspec import Meta

from backoffice.errors import InvalidInput
from backoffice.text.structs import Text, clean_texts
from backoffice.text.translatable import gettext as _
from orders.models import Order
from orders.rules.models import Rule
from orders.rules.services.context import RuleContext

MOST_ACTIONS = 10


class Params(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Parameters of an action; a subclass for each."""


P = TypeVar("P", bound=Params)

# Why an action does nothing: kept as a key, so that each reader reads it in their language.
REASONS: dict[str, Promise] = {
    "done_before": gettext_lazy("this rule has already done it"),
    "already_so": gettext_lazy("already the case"),
    "hand_released": gettext_lazy("a hold of this rule has already been released"),
    "tag_removed": gettext_lazy("this tag was removed manually"),
    "assigned_by_hand": gettext_lazy("the assignee was set manually"),
    "assigned": gettext_lazy("it is already assigned"),
    "no_such_person": gettext_lazy("this user no longer exists"),
    "held": gettext_lazy("it is held for another reason"),
    "released": gettext_lazy("it is already released"),
    "ended": gettext_lazy("the order is cancelled or closed"),
    "too_many_tags": gettext_lazy("it already has as many tags as an order can have"),
    "not_set_up": gettext_lazy("not set up"),
    "excluded": gettext_lazy("it was excluded manually"),
    "called_enough": gettext_lazy("this rule has already called the address twenty times for this order"),
    "set_by_hand": gettext_lazy("it was set manually"),
    "cancel_requested": gettext_lazy("its cancellation was requested"),
    "at_vendor": gettext_lazy("a vendor already has it"),
    "not_express": gettext_lazy("not all of it is available as express"),
    "under_way": gettext_lazy("it is being sent to its vendor right now"),
    "no_such_line": gettext_lazy("none of its lines can be produced elsewhere"),
    "no_other_vendor": gettext_lazy("no other vendor offers the SKU"),
}


class NotNow(Exception):
    """What the action needs is in the hands of a worker: its run is undone, and tried again in a moment."""


class RuleAction(Generic[P]):
    """One kind of action. Its methods get the rule's key, and params that were checked when the rule was saved."""

    kind: ClassVar[str]
    title: ClassVar[Promise]
    params: type[P]
    # For the editor: (name of the param, label, how it is entered: text, long, tag, person, number, url, choice, or
    # field_value, which depends on the param "field").
    inputs: ClassVar[tuple[tuple[str, Promise, str], ...]] = ()
    # What else who writes a rule ought to know.
    hint: ClassVar[Promise | str] = ""
    # What a person who runs a rule by hand needs beside the right to change orders, and the message for who lacks it.
    permission: ClassVar[str] = ""
    refusal: ClassVar[Promise | str] = ""

    def choices(self, name: str) -> list[tuple[str, str]]:
        """Return (value, label) of an input of the kind `choice`."""
        return []

    def check(self, params: P) -> str:
        """Return what is wrong with params when the rule is saved, beyond their types; empty when nothing is."""
        return ""

    def prepare(self, rule: Rule, *, actor: str) -> None:
        """Make what a rule with this action needs, when it is saved."""

    def describe(self, params: P) -> str:
        """Return a description to go on after "then"."""
        raise NotImplementedError

    def key(self, params: P) -> str:
        """Return what is done once an order and rule. Two actions of one rule must differ in it."""
        return self.kind

    def load(self, order_ids: Collection[int]) -> Mapping[int, Any]:
        """Return data of its own, by order, for `context.extra[kind]`; the number of queries must not grow."""
        return {}

    def plan(self, context: RuleContext, params: P, *, rule_id: int) -> str:
        """Return an empty text when it would do something, else a key of REASONS. Only reads the context."""
        raise NotImplementedError

    def foresee(self, context: RuleContext, params: P, *, rule_id: int) -> None:
        """Change the context as `apply` changes the order."""

    def apply(self, order: Order, params: P, *, rule_id: int, actor: str) -> None:
        """Do it. The order is locked. Raises DomainError, and NotNow while a worker has what it needs."""
        raise NotImplementedError


RULE_ACTIONS: dict[str, RuleAction[Any]] = {}

A = TypeVar("A", bound=type[RuleAction[Any]])


def rule_action(kind: str) -> Callable[[A], A]:
    """Register the class as what that kind of action means."""

    def register(action: A) -> A:
        action.kind = kind
        RULE_ACTIONS[kind] = action()
        return action

    return register


class Step(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One action of a rule as it is stored. A kind that nobody registered is kept, and does nothing."""

    kind: Annotated[str, Meta(min_length=1, max_length=40)]
    # As they are for a kind that nobody registered; of the others the action's struct knows better.
    params: Annotated[dict[str, Any], Text.PARAGRAPH] = {}

    @property
    def action(self) -> RuleAction[Any] | None:
        return RULE_ACTIONS.get(self.kind)

    @property
    def known_params(self) -> Any:
        """The params as the action's struct; numbers may be written as text, as the editor does. Raises
        msgspec.ValidationError.
        """
        return msgspec.convert(self.params, self.action.params, strict=False) if self.action else None

    @property
    def key(self) -> str:
        return self.action.key(self.known_params) if self.action else self.kind

    def describe(self) -> str:
        if self.action is None:
            return _("%(action)s (not set up)") % {"action": self.kind}
        return self.action.describe(self.known_params)


def read_actions(raw: Any) -> list[Step]:
    """Return the steps of that JSON value. Raises InvalidInput, naming the step and the limit."""
    errors: dict[str, list[str]] = {}
    raw = clean_texts(raw, list[Step], errors=errors)
    for place, texts in errors.items():
        raise _wrong(f"{place}: {texts[0]}")
    try:
        steps = msgspec.convert(raw, list[Step])
    except msgspec.ValidationError as error:
        raise _wrong(str(error)) from None
    if len(steps) > MOST_ACTIONS:
        raise _wrong(_("A rule can have at most %(most)s actions.") % {"most": MOST_ACTIONS})
    if len(msgspec.json.encode(raw)) > 10_000:
        raise _wrong(_("The actions are larger than %(most)s bytes.") % {"most": 10_000})
    keys = []
    for number, step in enumerate(steps, start=1):
        _clean_params(step, number=number)
        try:
            keys.append(step.key)
        except msgspec.ValidationError as error:
            raise _wrong(_("Action %(number)s: %(error)s") % {"number": number, "error": error}) from None
    if len(set(keys)) < len(keys):
        raise _wrong(_("The rule contains the same action twice."))
    return steps


def _clean_params(step: Step, *, number: int) -> None:
    """Clean the texts of the params as the action's own struct asks: it says which may have several lines."""
    errors: dict[str, list[str]] = {}
    if step.action is not None:
        clean_texts(step.params, step.action.params, errors=errors)
    for place, texts in errors.items():
        raise _wrong(_("Action %(number)s: %(error)s") % {"number": number, "error": f"{place}: {texts[0]}"})


def describe_reason(why: str) -> str:
    """Return the reason as text; the text of a refusal stays as it is."""
    return str(REASONS.get(why, why))


def _wrong(text: str) -> InvalidInput:
    return InvalidInput(text, errors={"actions": [text]})

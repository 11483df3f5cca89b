"""What people do with rules: write them, put them in order, switch them, take them away."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from zoneinfo import available_timezones

import msgspec
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from backoffice.errors import Conflict, IllegalTransition, InvalidInput
from backoffice.text.translatable import gettext as _
from orders.rules.models import Notice, Rule, RuleEvent
from orders.rules.services.actions import RULE_ACTIONS, read_actions
from orders.rules.services.conditions import parse_conditions, read_conditions
from orders.rules.services.slots import FEWEST_MINUTES, MOST_MINUTES, next_slot

LONGEST_NAME, LONGEST_NOTE, MOST_RULES = 100, 2000, 200


@dataclass(frozen=True)
class RuleInput:
    """A rule as it was typed. `conditions` and `actions` are JSON text."""

    name: str
    event: str
    conditions: str
    actions: str
    note: str = ""
    every_minutes: int | None = None
    daily_at: time | None = None
    time_zone: str = "Europe/Berlin"


def build_rule(given: RuleInput, *, rule: Rule | None = None) -> Rule:
    """Return the rule as given, not saved: to be tried. Raises InvalidInput with errors by field."""
    conditions = msgspec.to_builtins(parse_conditions(given.conditions))
    actions = msgspec.to_builtins(read_actions(_decoded(given.actions)))
    known = {step["kind"] for step in rule.actions if isinstance(step, Mapping)} if rule else set()
    if unknown := {step["kind"] for step in actions} - RULE_ACTIONS.keys() - known:
        raise _wrong("actions", _("Unknown action: %(kinds)s.") % {"kinds": ", ".join(sorted(unknown))})
    if not actions:
        raise _wrong("actions", _("The rule needs at least one action."))
    for number, step in enumerate(read_actions(actions), start=1):
        if step.action and (text := step.action.check(step.known_params)):
            raise _wrong("actions", _("Action %(number)s: %(error)s") % {"number": number, "error": text})
    rule = rule or Rule()
    rule.name, rule.note, rule.event = given.name.strip(), given.note.strip(), given.event
    rule.every_minutes, rule.daily_at, rule.time_zone = given.every_minutes, given.daily_at, given.time_zone
    rule.conditions, rule.actions = conditions, actions
    _check(rule)
    return rule


@transaction.atomic
def save_rule(given: RuleInput, *, rule: Rule | None, revision: int | None, actor: str) -> Rule:
    """Save the rule as given; a new one is off and comes last.

    Raises InvalidInput with errors by field, Conflict when somebody changed it since `revision` was read.
    """
    if rule is None:
        if Rule.objects.filter(removed_at__isnull=True).count() >= MOST_RULES:
            raise _wrong("name", _("There are already %(most)s rules; no more can be added.") % {"most": MOST_RULES})
        rule = build_rule(given)
        rule.position = (Rule.objects.aggregate(last=Max("position"))["last"] or 0) + 1
        rule.made_by = rule.changed_by = actor
        return _keep(rule, actor=actor)
    rule = Rule.objects.select_for_update().get(pk=rule.pk)
    if rule.removed_at:
        raise IllegalTransition(_("This rule was removed."))
    if rule.revision != revision:
        raise Conflict(_("%(name)s changed this rule in the meantime. Review it again.") % {"name": rule.changed_by})
    rule = build_rule(given, rule=rule)
    rule.revision += 1
    rule.changed_by = actor
    _set_slot(rule)
    return _keep(rule, actor=actor)


@transaction.atomic
def switch_rule(rule: Rule, *, enabled: bool, actor: str) -> Rule:
    """Switch the rule on or off. Raises IllegalTransition when it cannot be understood or was removed."""
    rule = Rule.objects.select_for_update().get(pk=rule.pk)
    if rule.removed_at:
        raise IllegalTransition(_("This rule was removed."))
    if enabled:
        try:
            read_conditions(rule.conditions)
            read_actions(rule.actions)
        except InvalidInput as error:
            raise IllegalTransition(error.text) from None
    rule.enabled, rule.changed_by, rule.revision = enabled, actor, rule.revision + 1
    _set_slot(rule)
    rule.save()
    return rule


@transaction.atomic
def move_rule(rule: Rule, *, before: Rule | None, actor: str) -> None:
    """Move the rule before that one, or to the end. All rules are numbered anew."""
    rules = list(Rule.objects.filter(removed_at__isnull=True).select_for_update().order_by("position", "pk"))
    others = [one for one in rules if one.pk != rule.pk]
    moved = next((one for one in rules if one.pk == rule.pk), None)
    if moved is None:
        raise IllegalTransition(_("This rule was removed."))
    place = next((place for place, one in enumerate(others) if before and one.pk == before.pk), len(others))
    for position, one in enumerate([*others[:place], moved, *others[place:]], start=1):
        one.position = position
    moved.changed_by = actor
    Rule.objects.bulk_update(rules, ["position", "changed_by"])


@transaction.atomic
def remove_rule(rule: Rule, *, actor: str) -> None:
    """Switch the rule off and take it out of the list; its runs stay."""
    gone = Rule.objects.filter(pk=rule.pk, removed_at__isnull=True)
    if not gone.update(
        enabled=False,
        next_slot_at=None,
        removed_at=timezone.now(),
        changed_by=actor,
        changed_at=timezone.now(),
        revision=F("revision") + 1,
    ):
        raise Conflict(_("This rule was removed."))


def finish_notice(notice: Notice, *, actor: str) -> None:
    """Mark the notice as dealt with. Doing so twice changes nothing."""
    Notice.objects.filter(pk=notice.pk, done_at__isnull=True).update(done_by=actor, done_at=timezone.now())


def _keep(rule: Rule, *, actor: str) -> Rule:
    rule.save()
    for step in read_actions(rule.actions):
        if step.action:
            step.action.prepare(rule, actor=actor)
    return rule


def _set_slot(rule: Rule) -> None:
    is_due = rule.enabled and rule.event == RuleEvent.SCHEDULE
    rule.next_slot_at = next_slot(rule, timezone.now()) if is_due else None


def _check(rule: Rule) -> None:
    if not 1 <= len(rule.name) <= LONGEST_NAME:
        raise _wrong("name", _("A name must have 1 to %(most)s characters.") % {"most": LONGEST_NAME})
    if len(rule.note) > LONGEST_NOTE:
        raise _wrong("note", _("A note can have at most %(most)s characters.") % {"most": LONGEST_NOTE})
    if rule.event not in RuleEvent.values:
        raise _wrong("event", _("Unknown event."))
    if rule.event != RuleEvent.SCHEDULE:
        rule.every_minutes = rule.daily_at = None
        return
    if rule.time_zone not in available_timezones():
        raise _wrong("time_zone", _("Unknown time zone."))
    if (rule.every_minutes is None) == (rule.daily_at is None):
        raise _wrong("every_minutes", _("Enter either an interval in minutes or a time of day."))
    if rule.every_minutes is not None and not FEWEST_MINUTES <= rule.every_minutes <= MOST_MINUTES:
        params = {"fewest": FEWEST_MINUTES, "most": MOST_MINUTES}
        raise _wrong("every_minutes", _("Enter %(fewest)s to %(most)s minutes.") % params)


def _decoded(text: str) -> object:
    try:
        return msgspec.json.decode(text[:20_000])
    except (msgspec.DecodeError, RecursionError) as error:
        raise _wrong("actions", str(error)) from None


def _wrong(field: str, text: str) -> InvalidInput:
    return InvalidInput(text, errors={field: [text]})

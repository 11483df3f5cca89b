"""Rules, their runs and their plans as pages show them: as text, with chips."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from backoffice.states import Chip
from backoffice.text.translatable import gettext as _
from backoffice.visibility import seen_shops
from orders.rules.models import Rule, RuleRun, RunOutcome
from orders.rules.services.actions import describe_reason
from orders.rules.services.descriptions import describe_comparison, describe_seen, describe_step, summarize
from orders.rules.services.plans import PlannedRun

COUNTED = 1000
# One look into the index of runs for each rule, and no further than to a thousand.
_LAST_RUNS = """
SELECT rule.id, (SELECT max(run.at) FROM rules_rulerun run WHERE run.rule_id = rule.id
                 AND run.id = (SELECT max(id) FROM rules_rulerun WHERE rule_id = rule.id)),
       (SELECT count(*) FROM (SELECT FROM rules_rulerun run JOIN orders_order ON orders_order.id = run.order_id
                              WHERE run.rule_id = rule.id AND NOT orders_order.is_test LIMIT %(most)s) counted)
FROM rules_rule rule WHERE rule.id = ANY(%(rules)s)
"""
# The same of some shops alone.
_LAST_RUNS_OF_SHOPS = """
SELECT rule.id, counted.last, counted.number FROM rules_rule rule CROSS JOIN LATERAL (
    SELECT max(found.at) AS last, count(*) FILTER (WHERE NOT found.is_test) AS number FROM (
        SELECT run.at, orders_order.is_test
        FROM rules_rulerun run JOIN orders_order ON orders_order.id = run.order_id
        WHERE run.rule_id = rule.id AND orders_order.shop_id = ANY(%(shops)s) ORDER BY run.id DESC LIMIT %(most)s
    ) found
) counted WHERE rule.id = ANY(%(rules)s)
"""


@dataclass(frozen=True)
class RuleRow:
    """One rule of the list; `runs` is counted to a thousand, without those at tests."""

    rule: Rule
    summary: str
    runs: str
    last_run: datetime | None
    # Before which rule it stands after a move; None where it cannot go, "" for the end.
    up: int | None = None
    down: int | str | None = None


@dataclass(frozen=True)
class Found:
    """One line of a finding: a comparison, or a group with what lies below it further to the right."""

    depth: int
    text: str
    seen: str
    held: bool
    is_group: bool


@dataclass(frozen=True)
class Deed:
    """One action: done (or to be done) when `why` is empty."""

    text: str
    why: str


@dataclass(frozen=True)
class RunRow:
    """One rule at one order: planned, or run (then `run` says when)."""

    number: str
    order_id: int
    held: bool
    found: list[Found]
    deeds: list[Deed]
    error: str = ""
    run: RuleRun | None = None
    chip: Chip | None = None
    rule: Rule | None = None


def rule_rows(rules: Iterable[Rule]) -> list[RuleRow]:
    """Return the rules with how often and when they ran. One query for all of them."""
    rules, shops = list(rules), seen_shops()
    given: dict[str, Any] = {"most": COUNTED, "rules": [rule.pk for rule in rules], "shops": sorted(shops or ())}
    with connection.cursor() as cursor:
        cursor.execute(_LAST_RUNS if shops is None else _LAST_RUNS_OF_SHOPS, given)
        runs = {pk: (last, count) for pk, last, count in cursor.fetchall()}
    keys = [rule.pk for rule in rules]
    return [
        RuleRow(
            rule,
            summarize(rule),
            _counted(runs[rule.pk][1]),
            runs[rule.pk][0],
            up=keys[place - 1] if place else None,
            down=None if place == len(keys) - 1 else keys[place + 2] if place + 2 < len(keys) else "",
        )
        for place, rule in enumerate(rules)
    ]


def planned_row(run: PlannedRun, *, rule: Rule | None = None) -> RunRow:
    deeds = [Deed(describe_step(one.kind, one.params), describe_reason(one.why)) for one in run.actions]
    found = list(flatten(run.finding)) if run.finding else []
    return RunRow(run.number, run.order_id, run.held, found, deeds, run.error, rule=rule)


def run_row(run: RuleRun) -> RunRow:
    """Return a run as it was recorded; rule and order must be loaded."""
    deeds = [Deed(describe_step(one["kind"], one["params"]), describe_reason(one["why"])) for one in run.actions]
    return RunRow(
        run.order.number,
        run.order_id,
        held=bool(run.finding.get("held")),
        found=list(flatten(run.finding)) if run.finding else [],
        deeds=deeds,
        error=run.error,
        run=run,
        chip=RunOutcome(run.outcome).chip(),
        rule=run.rule,
    )


def describe_cause(run: RuleRun) -> str:
    """Return what made it run."""
    kind = run.source.partition(":")[0]
    if kind == "slot":
        return _("on its schedule")
    if kind == "event":
        return _("automatically")
    return _("requested by %(name)s") % {"name": run.asked_by}


def flatten(finding: Mapping[str, Any], *, depth: int = 0) -> Iterator[Found]:
    """Yield the tree as lines, groups before their members."""
    if "is" in finding:
        asked = finding["is"]
        seen = describe_seen(asked, finding["seen"])
        yield Found(depth, describe_comparison(asked), seen, finding["held"], is_group=False)
        return
    labels = {"all": _("all of these"), "any": _("any of these"), "none": _("none of these")}
    if depth or finding["match"] != "all" or not finding["of"]:
        text = labels[finding["match"]] if finding["of"] else _("every order")
        yield Found(depth, text, "", finding["held"], is_group=True)
        depth += 1
    for child in finding["of"]:
        yield from flatten(child, depth=depth)


def _counted(count: int) -> str:
    return f"{COUNTED - 1}+" if count >= COUNTED else str(count)

"""The rules we ship: sensible for the five vendors, off where they cost money. Staff change them as they like."""

from typing import Any

from django.db import transaction
from django.db.models import Max

from orders.rules.models import Rule, RuleEvent

SETUP = "setup_rules"


def _all(*asked: dict[str, Any]) -> dict[str, Any]:
    return {"type": "group", "match": "all", "of": [{"type": "is", **one} for one in asked]}


# key -> all that is not the default. Names and notes are data that staff may change, so they are not translated.
SHIPPED: dict[str, dict[str, Any]] = {
    "release-mypromo": {
        "name": "Release what mypromo makes",
        "event": RuleEvent.RECEIVED,
        "conditions": _all(
            {"field": "vendor", "op": "is_any", "value": ["mypromo"], "lines": "all"},
            {"field": "state", "op": "is_any", "value": ["new"]},
        ),
        "actions": [{"kind": "release", "params": {}}],
        "note": "For shops that do not release automatically. Costs what mypromo charges.",
    },
    "hold-expensive-signs": {
        "name": "Look at expensive signs first",
        "event": RuleEvent.RELEASED,
        "conditions": _all(
            {"field": "line_kind", "op": "is_any", "value": ["sign"], "lines": "any"},
            {"field": "total", "op": "at_least", "value": "500", "currency": "EUR"},
        ),
        "actions": [
            {"kind": "hold", "params": {"text": "An expensive sign: compare it with its drawing, then release it."}}
        ],
        "enabled": True,
        "note": "Costs nothing: a person looks before the vendor begins.",
    },
    "letter-after-delivery": {
        "name": "Letter to customers after delivery",
        "event": RuleEvent.DELIVERED,
        "conditions": _all(
            {"field": "accepts_letters", "op": "yes"},
            {"field": "complaint", "op": "no"},
        ),
        "actions": [{"kind": "send_to_vendor", "params": {"vendor": "autoletter"}}],
        "note": "AutoLetter prints and posts: each letter costs money.",
    },
    "review-when-shipped": {
        "name": "Ask for a review when shipped",
        "event": RuleEvent.SHIPPED,
        "conditions": _all(
            {"field": "accepts_review_request", "op": "yes"},
            {"field": "complaint", "op": "no"},
        ),
        "actions": [{"kind": "send_to_vendor", "params": {"vendor": "guaranteed-reviews"}}],
        "enabled": True,
        "note": "Costs nothing, and does nothing while Guaranteed Reviews is not set up.",
    },
    "card-first-us-order": {
        "name": "Card to first-time US customers",
        "event": RuleEvent.DELIVERED,
        "conditions": _all(
            {"field": "country", "op": "is_any", "value": ["US"]},
            {"field": "first_order", "op": "yes"},
            {"field": "complaint", "op": "no"},
        ),
        "actions": [{"kind": "add_to_campaign", "params": {"campaign_id": 1}}],
        "note": "LettrLabs writes by hand: each card costs money. Choose the campaign before switching it on.",
    },
    "tell-of-late-express": {
        "name": "Report express orders that are late",
        "event": RuleEvent.SCHEDULE,
        "every_minutes": 60,
        "conditions": _all(
            {"field": "express", "op": "yes"},
            {"field": "late", "op": "yes"},
            {"field": "shipment", "op": "is_any", "value": ["none", "partial"]},
        ),
        "actions": [{"kind": "notify", "params": {"text": "An express order is late: call the vendor."}}],
        "note": "Costs nothing. Switch it on where somebody calls.",
    },
}


@transaction.atomic
def setup_rules() -> list[Rule]:
    """Create the shipped rules that are missing, and return them; existing and removed ones stay as they are.

    Answers those that were made.
    """
    there = set(Rule.objects.exclude(key="").values_list("key", flat=True))
    last = Rule.objects.aggregate(last=Max("position"))["last"] or 0
    missing = [key for key in SHIPPED if key not in there]
    return [
        Rule.objects.create(key=key, position=last + number, made_by=SETUP, changed_by=SETUP, **SHIPPED[key])
        for number, key in enumerate(missing, start=1)
    ]

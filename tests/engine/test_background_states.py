"""Every state in which something of ours is at work is known here, with what ends it: a new one fails this test until
it has a limit, a way out and a place on the home page.
"""

from collections.abc import Iterator

from django.apps import apps

# Waits for a person, a vendor, a customer or nobody: nothing of ours has to happen for it to be right.
RESTS = {
    "catalog.Change": {"verified", "differs", "failed", "superseded"},
    "catalog.ChangeSet": {"draft", "checked", "approved", "verified", "differing", "failed", "discarded"},
    "catalog.SyncRun": {"done", "partial", "failed"},
    "catalog.TableImport": {"ready", "drafted", "refused", "discarded"},
    "catalog.VendorJob": {"success", "error", "cancelled", "refused", "assumed", "silent", "withdrawn"},
    "engine.Callback": {"applied", "known", "stale", "orphan", "invalid", "quarantined", "dismissed"},
    "engine.Push": {"confirmed", "failed"},
    "fulfillment.Label": {"waiting", "kept", "lost", "refused"},
    "fulfillment.ProductionItem": {"pending", "in_production", "done", "cancelled", "unknown"},
    "fulfillment.ProductionOrder": {"pending", "in_production", "done", "cancelled", "unknown"},
    "fulfillment.ProductionShipment": {"reported", "refused", "withdrawn"},
    "marketing.CardRecipient": {"listed", "left_out", "attached", "accepted", "undeliverable"},
    "orders.Design": {"unknown", "open", "submitted", "ready", "checked"},
    "marketing.MailCampaign": {"draft", "proofed", "paid", "mailed", "cancelled", "stuck"},
    "orders.Order": {"new", "held", "released", "cancelled", "closed"},
    "marketing.OrderExport": {"sent", "known", "refused", "skipped"},
    "rules.RuleCall": {"sent", "failed", "dismissed"},
    "orders.StrayOrder": {"open", "linked", "dismissed"},
    "orders.VendorOrder": {
        "draft",
        "submitted",
        "checked",
        "in_production",
        "done",
        "cancelled",
        "refused",
        "unknown",
        "dropped",
    },
}
PUSH = "its push: unknown, refused or not sent for long is on the home page"
# Something of ours is at work: what ends it, and where it shows.
MOVES = {
    ("engine.Callback", "new"): "tried again until it is quarantined, which is on the home page",
    ("engine.Push", "new"): "flagged when it cannot be sent for long",
    ("engine.Push", "in_flight"): "its lease (PUSH_LEASE_SECONDS)",
    ("engine.Push", "unknown"): "a search, then a person",
    ("catalog.Change", "pending"): "its change set",
    ("catalog.Change", "sent"): "its change set",
    ("catalog.ChangeSet", "scheduled"): "sent or taken back when due (test_overdue)",
    ("catalog.ChangeSet", "pushing"): "its pushes and batches, else `overdue` (test_overdue)",
    ("catalog.SyncRun", "running"): "`overdue` (test_overdue)",
    ("catalog.TableImport", "waiting"): "`overdue` (test_overdue)",
    ("catalog.TableImport", "reading"): "`overdue` (test_overdue)",
    ("catalog.VendorJob", "planned"): PUSH,
    ("catalog.VendorJob", "unknown"): "read back after JOB_UNANSWERED_HOURS",
    ("catalog.VendorJob", "queued"): "read back after JOB_UNANSWERED_HOURS",
    ("catalog.VendorJob", "scheduled"): "read back after JOB_UNANSWERED_HOURS",
    ("catalog.VendorJob", "processing"): "read back after JOB_UNANSWERED_HOURS",
    ("fulfillment.Label", "asked"): PUSH,
    ("fulfillment.ProductionShipment", "waiting"): PUSH,
    ("marketing.MailCampaign", "preparing"): "its push, else `overdue` (tests/cards/test_overdue_campaigns)",
    ("marketing.MailCampaign", "paying"): "its push, else `overdue` (tests/cards/test_overdue_campaigns)",
    ("marketing.MailCampaign", "payment_needed"): "a problem on the home page when the vendor's time is over",
    ("marketing.OrderExport", "waiting"): PUSH,
    ("orders.VendorOrder", "planned"): PUSH,
    ("rules.RuleCall", "new"): "sent again for RULE_CALL_HOURS, then failed, which is on the home page",
    ("rules.RuleCall", "sending"): "its lease",
}


def states() -> Iterator[tuple[str, str]]:
    for model in apps.get_models():
        if model._meta.app_label in ("engine", "accounts", "catalog", "fulfillment", "orders", "rules", "marketing"):
            for field in model._meta.fields:
                if field.name == "state" and field.choices:
                    yield from ((model._meta.label, str(value)) for value, _label in field.flatchoices)


def test_every_state_rests_or_has_something_that_ends_it() -> None:
    known = {(label, value) for label, values in RESTS.items() for value in values} | set(MOVES)
    assert set(states()) == known

"""Change sets of every kind in every state, with guards, losses, batches at the vendor and tables; price limits."""

from datetime import timedelta
from typing import Any

from catalog.models import CatalogRules, CategoryRule, Change, ChangeKind, ChangeSet, ChangeSource
from catalog.models.change_set import ChangeSetEvent, ChangeSetState
from catalog.models.vendor_job import VendorJob, VendorJobState
from tests.browser.hostile.seeding import Scene
from tests.browser.hostile.words import ACTOR, HOSTILE, LONG, MARKUP, at_place, bulk

COUNTS = {
    "rows": 12,
    "values": 36,
    "unchanged": 2,
    "blocking": 1,
    "final": 0,
    "flagged": 3,
    "removals": 1,
    "unconfirmed": 1,
    "largest_move": "44.0",
}
VALUES: dict[str, Any] = {
    "currency": "EUR",
    "sales": {"1": "9.90", "50": "4.1234"},
    "purchase": {"1": "8"},
    "recommended": {},
}
ROWS = {"verified": ["verified"], "differing": ["verified", "differs"], "failed": ["failed"], "pushing": ["sent"]}


def fill(scene: Scene, count: int) -> None:
    states = list(ChangeSetState)
    sets = bulk([_set(scene, at_place(states, n), n) for n in range(len(states) * 2)])
    jobs = bulk(
        [
            VendorJob(
                change_set=one,
                vendor="mypromo",
                number=1,
                rows_hash="x",
                entries=12,
                state=at_place(VendorJobState.values, n),
                raw_state=LONG[:64],
                message=MARKUP + LONG,
                needs_attention=n % 3 == 0,
                next_poll_at=scene.now + timedelta(days=300),
            )
            for n, one in enumerate(sets)
            if one.pushed_at
        ]
    )
    by_set = {job.change_set_id: job for job in jobs}
    bulk([_row(scene, one, n, by_set.get(one.pk)) for one in sets for n in range(12)])
    bulk([ChangeSetEvent(change_set=one, actor=ACTOR, kind=f"changeset.{one.state}", at=scene.now) for one in sets])
    _set_limits(scene)


def _set_limits(scene: Scene) -> None:
    """Give each shop limits, and so many categories more that have their own."""
    for shop in scene.shops:
        rules, _new = CatalogRules.objects.get_or_create(shop=shop, defaults={"margin_floor": 5, "largest_move": 1000})
        bulk(
            [
                CategoryRule(
                    rules=rules, category_path=f"{name[:400]}/{scene.mark}", margin_floor=-100 if n % 2 else None
                )
                for n, name in enumerate(HOSTILE)
            ]
        )


def _set(scene: Scene, state: ChangeSetState, place: int) -> ChangeSet:
    is_checked = state != ChangeSetState.DRAFT
    is_approved = state not in (ChangeSetState.DRAFT, ChangeSetState.CHECKED, ChangeSetState.DISCARDED)
    was_pushed = state in (
        ChangeSetState.PUSHING,
        ChangeSetState.VERIFIED,
        ChangeSetState.DIFFERING,
        ChangeSetState.FAILED,
    )
    return ChangeSet(
        vendor="mypromo",
        kind=ChangeKind.SALES_PRICES,
        title=at_place(HOSTILE, place)[:200],
        source=at_place(ChangeSource.values, place),
        state=state,
        created_by=ACTOR,
        authors=[ACTOR],
        snapshot_at=scene.now,
        scheduled_for=scene.now + timedelta(days=200) if state == ChangeSetState.SCHEDULED else None,
        approved_by="mia" if is_approved else "",
        approved_at=scene.now if is_approved else None,
        override_by=ACTOR if is_approved and place % 2 else "",
        override_reason=MARKUP + LONG if is_approved and place % 2 else "",
        pushed_at=scene.now if was_pushed else None,
        verified_at=scene.now if was_pushed and state != ChangeSetState.PUSHING else None,
        counts=COUNTS if is_checked else {},
    )


def _row(scene: Scene, change_set: ChangeSet, place: int, job: VendorJob | None) -> Change:
    variant = at_place(scene.variants, place)
    states = ROWS.get(change_set.state, ["pending"])
    state = at_place(states, place)
    is_checked = change_set.state != "draft"
    guard = {"code": "margin", "text": f"{MARKUP} {LONG}", "blocking": True, "overridable": True}
    return Change(
        change_set=change_set,
        variant=variant,
        job=job,
        sku=variant.sku,
        requested={"sales": {"1": "10.30", "50": "4.29"}},
        before=VALUES,
        after={**VALUES, "sales": {"1": "10.30", "50": "4.29"}} if is_checked else {},
        guards=[guard] if place == 0 and is_checked else [],
        removals=["purchase:1"] if place == 1 and is_checked else [],
        state=state,
        note=MARKUP if state in ("failed", "differs") else "",
        read_back=VALUES if state == "differs" else None,
    )

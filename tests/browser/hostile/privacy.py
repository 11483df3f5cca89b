"""Requests about people, in every state, with what vendors have to be asked, and periods."""

from backoffice.privacy.models import PrivacyRequest, RequestKind, RequestState, RetentionRule, VendorErasure
from tests.browser.hostile.seeding import Scene
from tests.browser.hostile.words import ACTOR, HOSTILE, at_place, bulk


def fill(scene: Scene, count: int) -> None:
    requests = bulk([_request(scene, n) for n in range(2 * len(RequestState))])
    bulk(
        [
            VendorErasure(
                request=request,
                vendor=vendor,
                holds=at_place(HOSTILE, n),
                how=at_place(HOSTILE, n + 1),
                about={"title": at_place(HOSTILE, n), "emails": ["a@b.example"], "references": [at_place(HOSTILE, n)]},
                done_at=scene.now if n % 2 else None,
                done_by=ACTOR if n % 2 else "",
            )
            for n, request in enumerate(requests)
            for vendor in ("mypromo", "gone")
        ]
    )
    for n, shop in enumerate(scene.shops):
        RetentionRule.objects.get_or_create(kind="orders", shop=shop, defaults={"days": 30 + n, "changed_by": ACTOR})


def _request(scene: Scene, n: int) -> PrivacyRequest:
    state = at_place(list(RequestState), n)
    return PrivacyRequest(
        kind=RequestKind.ERASURE if n % 2 else RequestKind.EXPORT,
        state=state,
        person={"emails": ["a@b.example"]} if state == RequestState.POSTPONED else None,
        title=at_place(HOSTILE, n) if state == RequestState.POSTPONED else None,
        reason=at_place(HOSTILE, n),
        problem=at_place(HOSTILE, n),
        counts={"orders.Order": 1234567, "orders.Gone": 1},
        created_by=ACTOR,
        finished_at=scene.now,
        # Nobody works on what waits, lest it be done.
        lease_until=scene.now.replace(year=9000),
    )

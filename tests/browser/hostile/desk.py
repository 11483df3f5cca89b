"""What the order desk keeps beside orders: drafts, complaints, customers, comments, enquiries, strays, rules."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec
from django.db.models import Prefetch

from backoffice.accounts.models import ApiKey
from backoffice.dashboard.models import DailyCount, Snooze
from backoffice.vendors.messages import (
    LineReport,
    OrderReport,
    PostalAddress,
    RemoteLineKind,
    RemoteOrderState,
    Version,
)
from orders.complaints.models import Complaint, ComplaintLine, Refund, Replacement
from orders.complaints.models.choices import Bearer, ClaimState, ComplaintCause, ComplaintState
from orders.conversation.models import Comment, CommentEdit, EnquiryReply, Mention
from orders.customers.models import Customer, CustomerEmail, CustomerMerge, CustomerNote
from orders.drafts.models import DraftOrder
from orders.models import Enquiry, Order, OrderLine, PartUpload, StrayOrder, StrayState, UploadedPart
from orders.rules.models import Notice, Rule, RuleJob, RuleRun
from tests.browser.hostile.seeding import Scene
from tests.browser.hostile.words import ACTOR, EMAIL, HOSTILE, LONG, MARKUP, SCRIPT, SKU, at_place, bulk, since


def fill(scene: Scene, count: int) -> None:
    _drafts(scene, max(4, count // 15))
    _complaints(scene)
    _customers(scene)
    _comments(scene)
    _enquiries(scene, max(6, count // 20))
    _strays(scene, max(3, count // 40))
    _rules(scene)
    held = Order.objects.filter(pk__in=[order.pk for order in scene.orders], state="held").values_list("pk", flat=True)
    bulk(
        [
            Snooze(user=user, kind="held-bad_address", key=key, until=scene.now + timedelta(days=1))
            for user in scene.staff[:2]
            for key in held[:2]
        ]
    )
    for ago in range(1, 8):
        DailyCount.objects.get_or_create(
            kind="to-release", day=(scene.now - timedelta(days=ago)).date(), defaults={"count": ago * 50}
        )


def _drafts(scene: Scene, count: int) -> None:
    keys = {key.shop_id: key for key in ApiKey.objects.filter(shop__in=scene.shops)}
    bulk(
        [
            DraftOrder(
                shop=at_place(scene.shops, n),
                customer=at_place(HOSTILE, n) * 2,
                email=EMAIL,
                line_count=3,
                is_test=n % 3 == 2,
                shop_reference=LONG[:50] if n % 2 else "",
                api_key=keys[at_place(scene.shops, n).pk] if n % 2 == 0 else None,
                repeats=scene.orders[n] if n % 2 else None,
                created_by=ACTOR,
                updated_by=ACTOR,
                content=_content(scene, n),
            )
            for n in range(count)
        ]
    )
    made = [
        PartUpload(shop=shop, name=text[:200], size=3000, sha256="0" * 64, part_size=1000)
        for shop in scene.shops
        for text in (LONG, MARKUP)
    ]
    bulk([UploadedPart(upload=one, number=2, path="uploads/none", size=1000) for one in bulk(made)])


def _content(scene: Scene, place: int) -> dict[str, Any]:
    text = at_place(HOSTILE, place)
    person = {"firstname": text[:100], "lastname": text[:100]}
    line = {"name": text, "quantity": LONG[:40], "unit_price": "1.234,50 €"}
    return {
        "customer": {**person, "email": EMAIL},
        "recipient": {**person, "street": LONG[:100], "zip": "10115", "city": text[:100], "country_code": "DE"},
        "lines": [{**line, "reference": str(n), "sku": at_place(scene.variants, n).sku} for n in range(1, 4)],
        "gift_message": (MARKUP + LONG)[:500],
    }


def _complaints(scene: Scene) -> None:
    """Make one of each cause, and of each state and claim among them, about what has left."""
    left = Order.objects.filter(pk__in=[order.pk for order in scene.orders], shipment__in=["shipped", "delivered"])
    orders = list(left.order_by("pk").prefetch_related(Prefetch("lines", OrderLine.objects.order_by("position"))))
    if not orders:
        return
    complaints = bulk([_complaint(scene, orders, cause, n) for n, cause in enumerate(ComplaintCause)])
    bulk([ComplaintLine(complaint=one, line=one.order.lines.all()[0], quantity=1) for one in complaints])
    bulk(
        [
            Refund(
                complaint=one,
                amount=f"{10 ** (n % 6)}.99",
                payer=at_place(("shop", "accounting", "vendor", "carrier"), n),
                noted_by=ACTOR,
                paid_by=ACTOR if n % 3 == 0 else "",
                paid_at=scene.now if n % 3 == 0 else None,
                withdrawn_at=scene.now if n % 7 == 5 else None,
                token=uuid4().hex,
            )
            for n, one in enumerate(complaints)
        ]
    )
    Replacement.objects.create(complaint=complaints[0], order=scene.orders[-1], cost="12.50", made_by=ACTOR)


def _complaint(scene: Scene, orders: list[Order], cause: ComplaintCause, place: int) -> Complaint:
    state = at_place(list(ComplaintState), place if place % 2 else 0)
    return Complaint(
        order=at_place(orders, place),
        vendor="mypromo",
        cause=cause,
        text=at_place(HOSTILE, place) * 3,
        bearer=at_place(list(Bearer), place),
        state=state,
        claim=at_place(list(ClaimState), place),
        credit="3.50" if place % 4 == 3 else None,
        deadline=scene.now + timedelta(days=place - 3),
        opened_by=ACTOR,
        ended_by="" if state == ComplaintState.OPEN else ACTOR,
        ended_at=None if state == ComplaintState.OPEN else scene.now,
        token=uuid4().hex,
    )


def _customers(scene: Scene) -> None:
    emails = list(dict.fromkeys(order.customer_email for order in scene.orders))[:8]
    known = set(CustomerEmail.objects.filter(email__in=emails).values_list("email", flat=True))
    emails = [email for email in emails if email not in known]
    people = bulk([Customer(preferences=at_place(HOSTILE, n)[:500]) for n in range(len(emails))])
    bulk([CustomerEmail(customer=one, email=email) for one, email in zip(people, emails, strict=True)])
    bulk(
        [
            CustomerNote(customer=one, text=at_place(HOSTILE, n) * 3, written_by=ACTOR)
            for n, one in enumerate(people)
            for _twice in (0, 1)
        ]
    )
    if len(people) > 1:
        gone = Customer.objects.create(preferences=MARKUP)
        CustomerMerge.objects.create(kept=people[0], gone=gone, emails=[f"{scene.mark}@example.com"], merged_by=ACTOR)
        CustomerEmail.objects.create(customer=people[0], email=f"{scene.mark}@example.com")


def _comments(scene: Scene) -> None:
    comments = bulk(
        [
            Comment(
                order=order,
                author=at_place(scene.staff, n),
                author_name=ACTOR,
                text=at_place(HOSTILE, n) * 2,
                token=uuid4(),
                sent_to=EMAIL if n % 5 == 4 else "",
                edited_at=scene.now if n % 4 == 0 else None,
            )
            for n, order in enumerate(scene.orders[: len(scene.orders) // 3])
        ]
    )
    bulk([CommentEdit(comment=one, text=MARKUP) for one in comments[::4]])
    bulk(
        [
            Mention(comment=one, user=user, read_at=scene.now if n % 2 else None)
            for n, one in enumerate(comments[:12])
            for user in scene.staff[:3]
        ]
    )


def _enquiries(scene: Scene, count: int) -> None:
    enquiries = bulk(
        [
            Enquiry(
                vendor="sign-customiser",
                vendor_id=uuid4().hex,
                shop=at_place(scene.shops, n),
                form=at_place(HOSTILE, n)[:200],
                subject=at_place(HOSTILE, n)[:200],
                name=at_place(HOSTILE, n)[:200],
                email=EMAIL,
                answers=[{"name": "Width", "value": LONG}, {"name": SCRIPT, "value": MARKUP}],
                submitted_at=scene.now,
                done_at=scene.now if n % 4 == 0 else None,
                done_by=ACTOR if n % 4 == 0 else "",
            )
            for n in range(count)
        ]
    )
    bulk(
        [
            EnquiryReply(enquiry=one, author=scene.staff[0], author_name=ACTOR, text=MARKUP + LONG, token=uuid4())
            for one in enquiries[:3]
        ]
    )


def _strays(scene: Scene, count: int) -> None:
    now = scene.now.replace(microsecond=0)
    bulk([_stray(scene, n, report=_report(scene, n, now)) for n in range(count)])


def _report(scene: Scene, place: int, now: Any) -> OrderReport:
    text = at_place(HOSTILE, place)
    line = LineReport(
        vendor_id="8",
        reference="1",
        sku=SKU,
        quantity=5,
        kind=RemoteLineKind.FILES,
        file_urls=(f"https://x.example/{LONG}",),
    )
    return OrderReport(
        vendor="mypromo",
        vendor_id=f"{scene.mark}{place}",
        reference=f"WEB-9{place}",
        reference2=text[:50],
        state=RemoteOrderState.IN_PRODUCTION,
        raw_state=LONG[:64],
        version=Version(updated_at=now, history_id=1, rank=1),
        recipient=PostalAddress(
            firstname=text[:200], lastname=text[:200], street=LONG[:200], city=text[:200], country_code="DE"
        ),
        created_at=now,
        lines=(line,),
    )


def _stray(scene: Scene, place: int, *, report: OrderReport) -> StrayOrder:
    state = at_place((StrayState.OPEN, StrayState.OPEN, StrayState.DISMISSED), place)
    return StrayOrder(
        vendor=report.vendor,
        vendor_id=report.vendor_id,
        reference=report.reference,
        shop=scene.shops[0],
        number=report.reference,
        shop_reference=report.reference2,
        vendor_state=report.state.value,
        report=msgspec.to_builtins(report),
        ordered_at=scene.now,
        state=state,
        decided_by="" if state == StrayState.OPEN else ACTOR,
        decided_at=None if state == StrayState.OPEN else scene.now,
        reason="" if state == StrayState.OPEN else MARKUP + LONG,
    )


def _rules(scene: Scene) -> None:
    first = Rule.objects.count()
    action = {"kind": "tag", "params": {"tag": SCRIPT[:40]}}
    condition = {"type": "is", "field": "tag", "op": "has", "value": [LONG[:60], MARKUP]}
    rules = bulk(
        [
            Rule(
                name=text[:100],
                event="received",
                conditions={"type": "group", "match": "all", "of": [condition] if n % 2 else []},
                actions=[action],
                position=first + n + 1,
                enabled=n % 3 != 2,
                note=text,
                made_by=ACTOR,
                changed_by=ACTOR,
            )
            for n, text in enumerate(HOSTILE)
        ]
    )
    RuleJob.objects.create(
        rule=rules[0], since=scene.now, looked_at=7, matched=3, done=2, failed=1, expected=9, asked_by=ACTOR
    )
    _rule_runs(scene, rules, action)
    _notices(scene, rules)


def _rule_runs(scene: Scene, rules: list[Rule], action: dict[str, Any]) -> None:
    bulk(
        [
            RuleRun(
                rule=rule,
                order=order,
                source=f"event:{order.pk}",
                outcome=at_place(("done", "nothing", "failed"), n),
                actions=[{**action, "key": "1", "done": True, "why": ""}],
                error=MARKUP if n % 3 == 2 else "",
            )
            for n, rule in enumerate(rules)
            for order in scene.orders[:4]
        ]
    )


def _notices(scene: Scene, rules: list[Rule]) -> None:
    notices = bulk(
        [
            Notice(
                order=order,
                rule=at_place(rules, n),
                text=at_place(HOSTILE, n),
                made_by="rule:1",
                done_by=ACTOR if n % 5 == 4 else "",
                done_at=scene.now if n % 5 == 4 else None,
            )
            for n, order in enumerate(scene.orders[::6])
        ]
    )
    since(notices, "made_at", [scene.now - timedelta(hours=n) for n in range(len(notices))])

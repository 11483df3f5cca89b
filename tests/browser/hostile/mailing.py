"""Mails in every state, campaigns of cards, what vendors are told of orders, and who wants none of it."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from backoffice.mail.models import Mail
from backoffice.mail.models.mail import MailState
from backoffice.mail.services.kinds import MAIL_KINDS
from orders.marketing.models import CardRecipient, ExportBatch, MailCampaign, OptOut, OrderExport
from orders.marketing.models.campaign import CampaignEvent, CampaignState
from orders.marketing.models.export import ExportState
from orders.models import Order
from tests.browser.hostile.seeding import Scene
from tests.browser.hostile.words import ACTOR, EMAIL, HOSTILE, LONG, MARKUP, at_place, bulk

OVER = (MailState.SENT, MailState.SKIPPED, MailState.FAILED)


def fill(scene: Scene, count: int) -> None:
    kinds, states = sorted(MAIL_KINDS), list(MailState)
    bulk(
        [
            _mail(scene, order, at_place(kinds, n), at_place(states, n), n)
            for n, order in enumerate(scene.orders[: max(24, count // 4)])
        ]
    )
    _campaigns(scene)
    _exports(scene)
    bulk(
        [
            OptOut(
                consent=at_place(("accepts_letters", "accepts_review_request"), n),
                email=f"{'x' * 60}@{scene.mark}{n}.example.com",
                reason=at_place(HOSTILE, n),
                noted_by=ACTOR,
            )
            for n in range(max(6, count // 20))
        ]
    )


def _mail(scene: Scene, order: Order, kind: str, state: MailState, place: int) -> Mail:
    text = at_place(HOSTILE, place)
    is_over = state in OVER
    return Mail(
        kind=kind,
        subject_type="orders.order",
        subject_id=order.pk,
        occasion=f"{scene.mark}{place}",
        recipient=EMAIL,
        shop=order.shop,
        language=at_place(("en", "de"), place),
        state=state,
        subject_line=text[:255] if is_over else "",
        text=f"{text}\n\n{LONG}\n{MARKUP}" if is_over else "",
        message_id=f"<{LONG[:100]}@example.com>",
        attempts=3,
        next_at=scene.now + timedelta(days=300),
        lease_until=scene.now + timedelta(days=300) if state == MailState.SENDING else None,
        needs_attention=state in (MailState.FAILED, MailState.UNKNOWN),
        cause=text if state not in (MailState.SENT, MailState.NEW) else "",
        created_by=ACTOR,
        finished_at=scene.now if is_over else None,
    )


def _campaigns(scene: Scene) -> None:
    campaigns = bulk([_campaign(scene, state, n) for n, state in enumerate(CampaignState)])
    bulk([CampaignEvent(campaign=one, actor=ACTOR, kind=f"campaign.{one.state}") for one in campaigns])
    bulk([_card(scene, one, n) for one in campaigns for n in range(9)])


def _campaign(scene: Scene, state: CampaignState, place: int) -> MailCampaign:
    text = at_place(HOSTILE, place)
    has_draft = state not in (CampaignState.DRAFT, CampaignState.PREPARING)
    return MailCampaign(
        shop=at_place(scene.shops, place),
        vendor="lettrlabs",
        name=text[:100],
        template_id=12345,
        template_name=text[:255],
        budget=Decimal(500),
        state=state,
        vendor_id=f"{scene.mark}{place}" if has_draft else "",
        raw_state=LONG[:64],
        problem=text * 2 if state == CampaignState.STUCK else "",
        submitted=9,
        accepted=8,
        price=Decimal("117.60") if has_draft else None,
        paid_at=scene.now if state in (CampaignState.PAID, CampaignState.MAILED) else None,
        mailed_at=scene.now if state == CampaignState.MAILED else None,
        counts={"total": 8, "delivered": 5, "in_transit": 3} if state == CampaignState.MAILED else {},
        created_by=ACTOR,
    )


def _card(scene: Scene, campaign: MailCampaign, place: int) -> CardRecipient:
    text = at_place(HOSTILE, place)
    is_out = place % 4 == 3
    return CardRecipient(
        campaign=campaign,
        order=scene.orders[place] if place < len(scene.orders) and place % 2 else None,
        table_row=place + 1,
        firstname=text[:200],
        lastname=text[:200],
        organisation=LONG[:200],
        address1=LONG[:100],
        city=text[:100],
        state_code="NY",
        zip5="10118",
        key=uuid4().hex,
        email=EMAIL,
        state="left_out" if is_out else "listed",
        reason="too_long" if is_out else "",
        said=text[:255],
    )


def _exports(scene: Scene) -> None:
    batches = bulk(
        [
            ExportBatch(
                vendor="guaranteed-reviews",
                group=at_place(HOSTILE, n)[:200],
                size=50,
                limit=500,
                taken=n,
                refused=2,
                finished_at=scene.now,
            )
            for n in range(6)
        ]
    )
    states = list(ExportState)
    bulk(
        [
            OrderExport(
                order=order,
                vendor=vendor,
                state=at_place(states, n),
                text=at_place(HOSTILE, n),
                requested_by=ACTOR,
                requested_at=scene.now,
                batch=at_place(batches, n) if n % 2 else None,
                exported_at=scene.now if n % 5 == 1 else None,
            )
            for n, order in enumerate(scene.orders[: len(scene.orders) // 3])
            for vendor in ("autoletter", "guaranteed-reviews")
        ]
    )

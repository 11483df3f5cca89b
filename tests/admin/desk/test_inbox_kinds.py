"""Every kind of work has a row in the inbox: each state that needs a person is made, and found there."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from backoffice.accounts.models import ApiKey
from backoffice.audit.models import TrailProblem
from backoffice.dashboard.inbox.registry import all_kinds
from backoffice.engine.models import Callback, Heartbeat, Push
from backoffice.jobs.models import Job
from backoffice.mail.models import Mail
from backoffice.privacy.models import PrivacyRequest
from backoffice.webhooks.models import WebhookEndpoint
from catalog.models import ChangeKind, ChangeSet, ChangeSource, CustomPicture, CustomProduct, SyncRun, TableImport
from fulfillment.models import Label, ProductionFile, ProductionOrder
from orders.complaints.models import Complaint, Refund
from orders.connectors.woocommerce.models import WooConnection, WooMessage, WooOrder, WooSending
from orders.conversation.models import Comment, Mention
from orders.marketing.models import MailCampaign, OrderExport
from orders.models import Enquiry, HoldReason, StrayOrder, VendorOrder
from orders.rules.models import Notice, Rule, RuleCall
from orders.services.alarms import raise_alarm
from orders.services.lifecycle import hold_order
from tests.orders.rows import make_order

NOW = timezone.now()
DAY = timedelta(days=1)
REPORT = {
    "vendor": "mypromo",
    "vendor_id": "7",
    "reference": "W-7",
    "state": "submitted",
    "raw_state": "",
    "version": {"updated_at": "2026-01-01T00:00:00Z"},
}


def push(state: str) -> None:
    Push.objects.create(
        vendor="mypromo", kind="orders.place", subject_type="orders.vendororder", subject_id=1, state=state,
        needs_attention=True, next_at=NOW,
    )  # fmt: skip


def change_set(state: str, **changes: object) -> None:
    ChangeSet.objects.create(
        vendor="mypromo", kind=ChangeKind.STOCK, title="Autumn", source=ChangeSource.EDITOR, state=state,
        created_by="mara", authors=["mara"], **changes,
    )  # fmt: skip


def table(state: str) -> None:
    TableImport.objects.create(
        vendor="mypromo", kind=ChangeKind.STOCK, file_name="a.csv", content=b"", created_by="mara", state=state
    )


def to_make(due: timedelta = 9 * DAY) -> ProductionOrder:
    return ProductionOrder.objects.create(
        vendor="mypromo-fulfiller", vendor_id="p1", reference="M-1", state="in_production", due_at=NOW + due
    )


def label(state: str) -> None:
    Label.objects.create(production_order=to_make(), kind="supplied", state=state, vendor_id="l1")


def held(reason: HoldReason) -> None:
    hold_order(make_order(), reason=reason, text="", actor="system")


def inform() -> None:
    order = make_order(state="released", cancel_requested_at=NOW)
    VendorOrder.objects.create(order=order, vendor="sign-customiser", part=1, reference="S-1", state="submitted")


def picture() -> None:
    shop = make_order().shop
    product = CustomProduct.objects.create(shop=shop, vendor="sign-customiser", vendor_id="c1")
    CustomPicture.objects.create(product=product, position=1, url="https://example.com/a.png", failed=True)


def due_today() -> None:
    end_of_today = timezone.localtime().replace(hour=23, minute=59, second=59)
    to_make(end_of_today - NOW)


def complaint(deadline: timedelta = 9 * DAY) -> Complaint:
    return Complaint.objects.create(
        order=make_order(state="closed"), vendor="mypromo", cause="damaged", bearer="vendor", claim="due",
        deadline=NOW + deadline, opened_by="mara", token=str(deadline),
    )  # fmt: skip


def refund() -> None:
    shown = complaint()
    Complaint.objects.update(state="open")
    Refund.objects.create(complaint=shown, amount=1, noted_by="mara")


def call() -> None:
    rule = Rule.objects.create(name="R", event="received", position=1, conditions={}, actions=[])
    RuleCall.objects.create(
        rule=rule, order=make_order(state="closed"), event="received", url="https://example.com/h", host="example.com",
        state="failed", needs_attention=True,
    )  # fmt: skip


def woo_connection(**changes: Any) -> WooConnection:
    values = {"url": "https://shop.example.com", "credentials": {}, "secret": "s", "created_by": "mara"}
    return WooConnection.objects.create(shop=make_order(state="closed").shop, pull_after=NOW, **values | changes)


def ending_key() -> None:
    shop = make_order(state="closed").shop
    ApiKey.objects.create_key(name="till", shop=shop, expiry_date=NOW + DAY)


CASES: dict[str, Callable[[], object]] = {
    "interruptions": lambda: Heartbeat.objects.update(at=NOW - DAY),
    "unknown-outcomes": lambda: push("unknown"),
    "refused-requests": lambda: push("failed"),
    "unsent-requests": lambda: push("new"),
    "lost-labels": lambda: label("lost"),
    "refused-labels": lambda: label("refused"),
    "campaigns": lambda: MailCampaign.objects.create(
        shop=make_order(state="closed").shop, name="Autumn", template_id=1, budget=5, problem="Unpaid.",
        created_by="mara",
    ),
    "strays": lambda: StrayOrder.objects.create(
        shop=make_order(state="closed").shop, vendor="mypromo", vendor_id="7", reference="W-7", report=REPORT
    ),
    "alarms": lambda: raise_alarm(
        make_order(state="closed"), reason=HoldReason.SECOND_AT_VENDOR, text="two", actor="system"
    ),
    "failed-rules": lambda: Notice.objects.create(
        kind="rule_failed", rule=Rule.objects.create(name="R", event="received", position=1, conditions={}, actions=[]),
        text="no", made_by="rule:1",
    ),
    "notices": lambda: Notice.objects.create(order=make_order(state="closed"), text="look", made_by="rule:1"),
    "vendors-to-inform": inform,
    **{f"held-{reason}": lambda reason=reason: held(reason) for reason in HoldReason},
    "files-at-vendor": lambda: VendorOrder.objects.create(
        order=make_order(state="closed"), vendor="mypromo", part=1, reference="W-9", state="submitted", files_due_at=NOW
    ),
    "unreadable-orders": lambda: VendorOrder.objects.create(
        order=make_order(state="closed"), vendor="mypromo", part=1, reference="W-9", state="submitted",
        unreadable_since=NOW - DAY,
    ),
    "unreadable-production": lambda: ProductionOrder.objects.filter(pk=to_make(DAY).pk).update(
        unreadable_since=NOW - DAY
    ),
    "late-production": lambda: make_order(state="released", late=True),
    "late-delivery": lambda: make_order(state="released", late=True, shipment="shipped"),
    "to-release": make_order,
    "refused-exports": lambda: OrderExport.objects.create(
        order=make_order(state="closed"), vendor="autoletter", state="refused", requested_at=NOW
    ),
    "production-late": lambda: to_make(-DAY),
    "production-due": due_today,
    "complaints": complaint,
    "complaints-late": lambda: complaint(-DAY),
    "refunds": refund,
    "enquiries": lambda: Enquiry.objects.create(vendor="sign-customiser", vendor_id="1", subject="A sign"),
    "unusable-webhooks": lambda: Callback.objects.create(
        vendor="mypromo", topic="orders", key="1", body=b"", state="quarantined"
    ),
    "orphan-webhooks": lambda: Callback.objects.create(
        vendor="mypromo", topic="orders", key="2", body=b"", state="orphan"
    ),
    "mentions": lambda: Mention.objects.create(
        comment=Comment.objects.create(order=make_order(state="closed"), author_name="Tom", text="@mara Look"),
        user=User.objects.get(),
    ),
    "change-sets-failed": lambda: change_set("failed"),
    "change-sets-differing": lambda: change_set("differing"),
    "change-sets-to-approve": lambda: change_set("checked"),
    "change-sets-to-send": lambda: change_set("approved"),
    "change-sets-stuck": lambda: change_set("pushing", pushed_at=NOW - DAY),
    "unreadable-tables": lambda: table("refused"),
    "tables-to-review": lambda: table("ready"),
    "failed-syncs": lambda: SyncRun.objects.create(vendor="mypromo", kind="catalog", state="failed"),
    "failed-jobs": lambda: Job.objects.create(kind="orders.release", state="failed", needs_attention=True),
    "mails": lambda: Mail.objects.create(
        kind="order_received", subject_type="orders.order", subject_id=1, recipient="ada@example.com", language="en",
        state="failed", needs_attention=True, created_by="system",
    ),
    "mails-waiting": lambda: Mail.objects.create(
        kind="order_received", subject_type="orders.order", subject_id=1, recipient="ada@example.com", language="en",
        state="new", attempts=6, cause="535 Authentication failed", needs_attention=True, created_by="system",
    ),
    "rule-calls": call,
    "dead-webhook-endpoints": lambda: WebhookEndpoint.objects.create(
        shop=make_order(state="closed").shop, url="https://shop.example.com/", created_by="mara", needs_attention=True,
        failing_since=NOW - DAY,
    ),
    "woocommerce-orders": lambda: WooMessage.objects.create(
        connection=woo_connection(), dedup_key="k", body=b"{}", state="blocked", needs_attention=True
    ),
    "woocommerce-unsent": lambda: WooSending.objects.create(
        woo_order=WooOrder.objects.create(connection=woo_connection(), woo_id=5), kind="status", status="completed",
        state="failed", needs_attention=True,
    ),
    "woocommerce-connections": lambda: woo_connection(needs_attention=True, failing_since=NOW - DAY),
    "ending-keys": ending_key,
    "failed-privacy-requests": lambda: PrivacyRequest.objects.create(kind="erasure", state="failed", created_by="mara"),
    "audit-problems": lambda: TrailProblem.objects.create(position=5, kind="chain", text="It was altered."),
    "lost-pictures": picture,
    "stuck-files": lambda: ProductionFile.objects.create(
        production_order=to_make(), kind="print", source_key="f1", url="https://example.com/f", needs_attention=True
    ),
}  # fmt: skip


@pytest.fixture
def owner(db: None, client: Client) -> Client:
    Heartbeat.objects.create(name="sweep", at=timezone.now())
    client.force_login(User.objects.create_superuser("mara"))
    return client


def test_every_kind_of_work_is_tried_here() -> None:
    """A kind that somebody adds fails this until it is made below; a kind that is lost fails it too."""
    assert {kind.name for kind in all_kinds()} == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_what_needs_a_person_has_a_row_and_an_item_with_its_page(owner: Client, name: str) -> None:
    assert name not in {row.kind.name for row in owner.get("/admin/").context["rows"]}
    CASES[name]()
    rows = {row.kind.name: row.counted for row in owner.get("/admin/").context["rows"]}
    assert rows.get(name) == "1"
    page = owner.get(f"/admin/?kind={name}")
    assert page.status_code == 200
    chosen = page.context["listing"].chosen
    assert chosen.need.what
    assert owner.get(chosen.need.url.partition("#")[0]).status_code == 200

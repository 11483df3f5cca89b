"""What a person decides about a row that only machinery writes leaves an entry with their name."""

import ast
from collections.abc import Callable
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.utils import timezone, translation

from backoffice.acting import STAFF, TASK, acting_as
from backoffice.audit.admin.words import lines_of, short
from backoffice.audit.models import AuditEntry
from backoffice.audit.services.chain import close_all, head
from backoffice.audit.services.coverage import DECIDED
from backoffice.engine.models import Callback, Push
from backoffice.engine.services.callbacks import dismiss_callback, replay_callbacks
from backoffice.engine.services.pushes import dismiss_push, reopen_push, retry_push
from backoffice.mail.models import Mail
from backoffice.mail.services import decisions as mails
from backoffice.signin.services.blocks import lift_block
from orders.connectors.woocommerce.models import WooConnection, WooMessage, WooOrder, WooSending
from orders.connectors.woocommerce.services import decisions as woocommerce
from orders.marketing.models import OrderExport
from orders.marketing.services.exports.requesting import exclude_export
from orders.rules.models import Rule, RuleCall
from orders.rules.services.calls.decisions import dismiss_call, send_call_again
from orders.rules.services.jobs import apply_to_past, stop_job
from tests.backoffice.test_shape import PRODUCT, sources
from tests.orders.rows import make_order
from tests.orders.rules.rows import make_rule

pytestmark = pytest.mark.django_db
NOW = timezone.now()
# Fields that keep who decided last, and only that.
LAST = {"decided_by", "excluded_by", "stopped_by"}
# Functions that set one and record nothing: why.
WITHOUT = {
    "settle_stray": "strays are watched",
    "_decide": "tables of products are watched",
    "stop_job": "jobs are watched",
    "_next_generation": "those that call it record it",
    "_work_chunk": "the job ends by itself",
    "_settle": "what a vendor answered",
}


def connection() -> WooConnection:
    values = {"url": "https://shop.example.com", "credentials": {}, "secret": "s", "created_by": "mara"}
    return WooConnection.objects.create(shop=make_order(state="closed").shop, pull_after=NOW, **values)


def message() -> WooMessage:
    state = {"state": "blocked", "needs_attention": True}
    return WooMessage.objects.create(connection=connection(), dedup_key="k", body=b"{}", **state)


def sending() -> WooSending:
    order = WooOrder.objects.create(connection=connection(), woo_id=5)
    return WooSending.objects.create(woo_order=order, kind="status", status="completed", state="failed")


def call() -> RuleCall:
    to = {"url": "https://example.com/h", "host": "example.com"}
    return RuleCall.objects.create(rule=make_rule(), order=make_order(), event="received", state="failed", **to)


def mail() -> Mail:
    about = {"subject_type": "orders.order", "subject_id": 1, "kind": "order_received"}
    return Mail.objects.create(
        recipient="ada@example.com", language="en", state="failed", needs_attention=True, created_by="system", **about
    )


def push(**changes: Any) -> Push:
    about = {"subject_type": "orders.vendororder", "subject_id": 1, "kind": "orders.place", "vendor": "mypromo"}
    values = {"state": "failed", "needs_attention": True, "next_at": NOW}
    return Push.objects.create(**about | values | changes)


def callback() -> Callback:
    return Callback.objects.create(vendor="mypromo", topic="orders", key="1", body=b"", state="quarantined")


def blocked() -> User:
    otto = User.objects.create_user("otto")
    AccessAttempt.objects.create(username="otto", ip_address="192.0.2.7", failures_since_start=9, get_data="")
    return otto


def unblock(user: Any) -> None:
    lift_block(user, actor=User.objects.create_superuser("mara"))


def exclude(row: Any) -> None:
    exclude_export(row.order, vendor=row.vendor, actor="mara", reason="asked by telephone")


def by(service: Callable[..., Any], **more: Any) -> Callable[[Any], Any]:
    """Return what calls the service for mara."""
    return lambda row: service(row, actor="mara", **more)


# Name -> (what makes the row, what is decided, how the entry puts it).
CASES: dict[str, tuple[Callable[[], Model], Callable[[Any], Any], str]] = {
    "order of WooCommerce tried again": (message, by(woocommerce.retry_message), "Tried again"),
    "order of WooCommerce left out": (message, by(woocommerce.dismiss_message), "Dismissed"),
    "sent to WooCommerce again": (sending, by(woocommerce.send_again), "Sent again"),
    "not sent to WooCommerce": (sending, by(woocommerce.dismiss), "Dismissed"),
    "call sent again": (call, by(send_call_again), "Sent again"),
    "call dismissed": (call, by(dismiss_call), "Dismissed"),
    "mail sent again": (mail, by(mails.send_again), "Sent again"),
    "mail arrived": (mail, by(mails.settle_mail, arrived=True), "Marked as delivered"),
    "request sent again": (push, by(retry_push, reason="asked"), "Sent again"),
    "request dismissed": (push, by(dismiss_push, reason="asked"), "Dismissed"),
    "dismissal undone": (lambda: push(needs_attention=False, decided_by="tom"), reopen_push, "Dismissal undone"),
    "webhook dismissed": (callback, by(dismiss_callback), "Dismissed"),
    "webhook again": (callback, lambda row: replay_callbacks(Callback.objects.filter(pk=row.pk)), "Processed again"),
    "rule run on past orders": (make_rule, by(apply_to_past, since=None, expected=None), "Applied"),
    "export excluded": (
        lambda: OrderExport.objects.create(order=make_order(), vendor="autoletter", state="waiting", requested_at=NOW),
        exclude,
        "Excluded from export",
    ),
    "sign-in unblocked": (blocked, unblock, "Sign-in unblocked"),
}  # fmt: skip


def decisions() -> list[AuditEntry]:
    """Close the chain and return the decisions that were added by that."""
    before = head().position
    close_all()
    return list(AuditEntry.objects.filter(pk__gt=before, action="decide").order_by("pk"))


@pytest.mark.parametrize("name", CASES)
def test_a_decision_is_an_entry_with_its_person(name: str) -> None:
    make, decide, words = CASES[name]
    row = make()
    decisions()
    with acting_as(STAFF, "mara", address="192.0.2.7"):
        decide(row)
    (entry,) = decisions()
    assert (entry.actor_kind, entry.actor, entry.address) == ("staff", "mara", "192.0.2.7")
    assert short(entry).startswith(words)
    assert lines_of(entry)[0].label == "Decision"
    if not isinstance(row, Rule):
        assert (entry.object_type, entry.object_id) == (row._meta.label_lower, str(row.pk))
    with translation.override("de"):
        assert not short(entry).startswith(words)


def test_the_second_decision_does_not_hide_the_first() -> None:
    row = push()
    with acting_as(STAFF, "mara"):
        dismiss_push(row, actor="mara", reason="dealt with by telephone")
        reopen_push(row)
    row.refresh_from_db()
    assert row.decided_by == ""  # all that the row itself keeps
    assert [(one.actor, short(one)) for one in decisions()] == [("mara", "Dismissed"), ("mara", "Dismissal undone")]


def test_what_belongs_to_an_order_is_found_with_it_and_machinery_decides_nothing() -> None:
    row = call()
    with acting_as(TASK, "orders.rules.tasks.send_calls"):
        send_call_again(row, actor="system")
    assert decisions() == []
    with acting_as(STAFF, "mara"):
        send_call_again(row, actor="mara")
    (entry,) = decisions()
    assert (entry.root_type, entry.root_id, entry.shop_id) == ("orders.order", str(row.order_id), row.order.shop_id)


def test_a_job_that_is_stopped_names_who_stopped_it() -> None:
    with acting_as(STAFF, "mara"):
        job = apply_to_past(make_rule(), since=None, expected=None, actor="mara")
    with acting_as(STAFF, "tom"):
        stop_job(job, actor="tom")
    assert [(one.actor, one.root_type) for one in decisions()] == [("mara", "rules.rule"), ("tom", "rules.rule")]


def test_the_page_of_such_a_row_leads_to_its_decisions(client: Client, admin_user: User) -> None:
    client.force_login(admin_user)
    row = push()
    page = client.get(f"/admin/backoffice/push/{row.pk}/change/").content.decode()
    assert f"?of=engine.push%3A{row.pk}" in page


def test_whoever_keeps_only_the_last_decision_records_each() -> None:
    """A service that is added and sets such a field has to record the decision, or say why not."""
    found = {
        (path, node.name): any(_calls(one, "note_decision") for one in ast.walk(node))
        for path, tree in sources(*PRODUCT).items()
        if "/services/" in path
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and any(_sets_last(one) for one in ast.walk(node))
    }
    assert {name for (_path, name), records in found.items() if not records} == WITHOUT.keys()
    assert sum(found.values()) >= 8
    assert len(DECIDED) >= 8


def _sets_last(node: ast.AST) -> bool:
    """Return whether a field is set to somebody: what only asks for it, or empties it, decides nothing."""
    if isinstance(node, ast.Attribute):
        return isinstance(node.ctx, ast.Store) and node.attr in LAST
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
        asks = isinstance(node.func, ast.Attribute) and node.func.attr in ("filter", "exclude")
        return not asks and any(one.arg in LAST and not isinstance(one.value, ast.Constant) for one in node.keywords)
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return any(
            isinstance(key, ast.Constant) and key.value in LAST and not isinstance(value, ast.Constant)
            for key, value in pairs
        )
    return False


def _calls(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name

"""Where events come from: intake pays nothing for rules, reports tell of shipments, storefronts hear of no rule."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.models import HoldReason, OrderEvent, VendorOrder
from orders.rules.models import RuleEvent, RuleRun
from orders.rules.services.running import work_waiting_events
from orders.services.reports.applying import apply_order_report
from tests.api.storefront import build_order, make_catalog, make_storefront
from tests.orders.reports import journey
from tests.orders.rules.rows import act, make_rule


@pytest.mark.django_db
def test_intake_asks_nothing_of_rules_and_writes_its_timeline_once() -> None:
    make_catalog()
    storefront = make_storefront()
    make_rule()
    storefront.place(build_order(reference="first"))
    with CaptureQueriesContext(connection) as queries:
        assert storefront.place(build_order(reference="second")).status_code == 201
    asked = [query["sql"] for query in queries]
    assert not [sql for sql in asked if "rules_rule" in sql or "rules_notice" in sql]
    assert len([sql for sql in asked if "orders_orderevent" in sql]) == 1
    waiting = OrderEvent.objects.filter(awaiting_rules=True, order__reference="second")
    assert list(waiting.values_list("kind", flat=True)) == ["order.received", "order.released"]


@pytest.mark.django_db
def test_storefronts_hear_of_no_rule() -> None:
    make_catalog()
    storefront = make_storefront()
    make_rule(act("hold", text="A secret of the staff."), act("notify", text="Another secret."))
    pk = storefront.place(build_order()).json()["id"]
    work_waiting_events()
    answers = [storefront.get(f"orders/{pk}/").json(), storefront.get(f"orders/{pk}/timeline/").json()]
    assert "secret" not in str(answers)
    assert "rule" not in str(answers)
    assert answers[0]["holds"][0]["reason"] == HoldReason.MANUAL
    kinds = [event["kind"] for event in answers[1]["results"]]
    assert kinds[-1] == "order.held"


def test_what_is_shipped_and_delivered_runs_its_rules_once_however_often_it_is_told(
    sent: Callable[..., VendorOrder],
) -> None:
    shipped = make_rule(act("notify", text="shipped"), event=RuleEvent.SHIPPED)
    delivered = make_rule(act("notify", text="delivered"), event=RuleEvent.DELIVERED)
    sent()
    for _ in range(2):
        for report in journey():
            apply_order_report(report, source="callback")
            work_waiting_events()
    assert list(RuleRun.objects.order_by("pk").values_list("rule", flat=True)) == [shipped.pk, delivered.pk]
    assert not OrderEvent.objects.filter(awaiting_rules=True).exists()

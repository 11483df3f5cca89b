"""Whatever is split and merged, in whatever turn: pieces and money over all orders stay what they were."""

from decimal import Decimal

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Variant
from orders.models import Order, OrderLine
from orders.services.editing.changes import OrderChanges
from orders.services.regrouping import shares, splitting
from orders.services.regrouping.input import SplitLine
from orders.services.regrouping.merging import merge_orders
from orders.services.regrouping.splitting import split_order
from orders.services.regrouping.totals import add_up, keep_parts, leave
from orders.services.totals import Tax, Totals, read_totals
from tests.api.storefront import make_catalog
from tests.orders.regrouping.test_merges import bought
from tests.orders.regrouping.test_splits import split_of

pytestmark = pytest.mark.django_db
MONEY = st.decimals(min_value=0, max_value=5000, places=2)
LINES = st.lists(
    st.tuples(
        st.integers(1, 500),
        st.decimals(min_value=0, max_value=99, places=4),
        st.sampled_from([None, Decimal(0), Decimal(7), Decimal(19)]),
    ),
    min_size=1,
    max_size=6,
)


@given(lines=LINES, total=MONEY, data=st.data(), currency=st.sampled_from(["EUR", "JPY", "KWD"]))
@settings(max_examples=60, deadline=None)
def test_a_share_is_never_more_than_there_is(
    lines: list[tuple[int, Decimal, Decimal | None]], total: Decimal, data: st.DataObject, currency: str
) -> None:
    rows = [
        OrderLine(pk=place, reference=str(place), quantity=quantity, unit_price=price, tax_percent=tax)
        for place, (quantity, price, tax) in enumerate(lines)
    ]
    pieces = {row.pk: data.draw(st.integers(0, row.quantity)) for row in rows}
    taken = [SplitLine(reference=str(pk), quantity=count) for pk, count in pieces.items() if count]
    if not taken or pieces == {row.pk: row.quantity for row in rows}:
        return
    lines_net, discount, shipping, tax = (data.draw(MONEY) for _part in range(4))
    parts = Totals(lines_net, min(discount, lines_net + shipping), shipping, [Tax(tax, "VAT", Decimal(19))], Decimal(0))
    order = Order(total=total, currency=currency, totals=keep_parts(parts if data.draw(st.booleans()) else None))
    share = shares.read_share(order, rows, taken)
    assert 0 <= share.total <= total
    if share.totals is not None:
        left = leave(parts, share.totals)
        for some in (share.totals, left):
            assert min(some.lines, some.discount, some.shipping, some.tax, some.sum) >= 0
        both = [Order(totals=keep_parts(some)) for some in (share.totals, left)]
        assert add_up(both) == parts
    assert sum(share.pieces.values()) == sum(pieces.values())
    for row in rows:
        row.backordered = data.draw(st.integers(0, row.quantity))
        stays, goes = shares.divide_backorder(row, pieces[row.pk])
        assert stays + goes == row.backordered
        assert (stays <= row.quantity - pieces[row.pk], goes <= pieces[row.pk]) == (True, True)


@pytest.fixture
def catalog(db: None) -> dict[str, Variant]:
    return make_catalog()


def sums() -> tuple[int, int, Decimal]:
    """Return pieces, pieces on backorder and money, over all orders."""
    lines = OrderLine.objects.aggregate(pieces=Sum("quantity"), late=Sum("backordered"))
    total = Order.objects.aggregate(total=Sum("total"))["total"]
    return lines["pieces"], lines["late"], total


@given(st.data())
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_nothing_is_lost_and_nothing_comes_to_be(catalog: dict[str, Variant], data: st.DataObject) -> None:
    quantities = data.draw(st.lists(st.integers(1, 40), min_size=2, max_size=4))
    order = bought(*({"quantity": quantity, "backordered": quantity // 3} for quantity in quantities))
    Order.objects.filter(pk=order.pk).update(total=data.draw(MONEY))
    before, orders = sums(), [order.pk]
    for _step in range(data.draw(st.integers(1, 4))):
        one = Order.objects.get(pk=data.draw(st.sampled_from(orders)))
        others = [pk for pk in orders if pk != one.pk]
        if others and data.draw(st.booleans()):
            gone = data.draw(st.sampled_from(others))
            merge_orders(one, [gone], actor="mara")
            orders.remove(gone)
        else:
            lines = list(one.lines.all())
            pieces = {line.reference: data.draw(st.integers(0, line.quantity)) for line in lines}
            pieces = {reference: count for reference, count in pieces.items() if count}
            if not pieces or sum(pieces.values()) == sum(line.quantity for line in lines):
                continue
            orders.append(split_order(one, split_of(pieces), actor="mara", anyway=True).new.pk)
        assert sums() == before


def test_the_control_a_total_that_follows_the_lines_is_another_one(
    catalog: dict[str, Variant], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(splitting, "OrderChanges", lambda *, lines, total: OrderChanges(lines=lines))
    order = bought({"quantity": 3, "unit_price": Decimal("0.3333")})
    Order.objects.update(total=Decimal("0.40"))
    split_order(order, split_of({"L1": 1}), actor="mara", anyway=True)
    assert sums()[2] != Decimal("0.40")


def test_what_the_total_is_made_of_is_divided_and_added_up_again(catalog: dict[str, Variant]) -> None:
    order = bought({"reference": "a", "tax_percent": Decimal(19)}, {"reference": "b", "tax_percent": Decimal(19)})
    taxes = [Tax(Decimal("45.26"), "VAT", Decimal(19), Decimal("238.20"))]
    whole = Totals(Decimal("258.00"), Decimal("25.80"), Decimal("6.00"), taxes, Decimal("0.01"))
    Order.objects.update(totals=keep_parts(whole), total=whole.sum)
    made = split_order(order, split_of({"a": 100}), actor="mara")
    gone = read_totals(made.new)
    assert gone is not None
    assert (gone.lines, gone.discount, gone.shipping, gone.rounding) == (Decimal(129), Decimal("12.90"), 0, 0)
    assert (made.new.total, made.kept.total) == (gone.sum, whole.sum - gone.sum)
    assert "258.00" in made.kept.events.get(kind="order.split").params["changes"][0][1]
    merged = merge_orders(made.kept, [made.new.pk], actor="mara")
    assert (read_totals(merged), merged.total) == (whole, whole.sum)
    assert Order.objects.get(pk=made.new.pk).totals is None


def test_parts_of_a_total_that_one_order_does_not_have_are_known_of_neither(catalog: dict[str, Variant]) -> None:
    first, second = bought(), bought()
    Order.objects.filter(pk=first.pk).update(totals=keep_parts(Totals(Decimal(129), *[Decimal(0)] * 2, [], Decimal(0))))
    assert merge_orders(first, [second.pk], actor="mara").totals is None

"""Ten thousand past orders planned twice by ten rules: the same plan, in under a minute, without one write."""

import time

ORDERS = 10_000


def main() -> None:
    """Print seconds, orders a second, what PostgreSQL counted as written, and whether both plans are the same."""
    from benchmarks.database import own_database

    with own_database("rules"):
        _measure()


def _measure() -> None:
    from django.contrib.auth.models import User
    from django.utils import timezone

    from benchmarks.order_rows import grow_to, make_catalogue
    from orders.models import Order
    from orders.rules.models import Rule
    from orders.rules.services.plans import plan_rules
    from orders.rules.services.shipped import setup_rules

    user = User.objects.create_user("bench")
    make_catalogue()
    grow_to(ORDERS, first=1, user=user.pk)
    setup_rules()
    _add_rules()
    rules, now = list(Rule.objects.all()), timezone.now()
    keys = list(Order.objects.order_by("pk").values_list("pk", flat=True))
    before, plans = _writes(), []
    for _ in range(2):
        begin = time.monotonic()
        plans.append(plan_rules(keys, rules, now=now))
        seconds = time.monotonic() - begin
        print(
            f"{len(keys)} orders, {len(rules)} rules: {seconds:.1f} s, {len(keys) / seconds:.0f} orders/s (goal 60 s)"
        )
    print(f"held {sum(plans[0].held.values())}, would act {sum(plans[0].acting.values())}")
    print(f"same plan: {plans[0] == plans[1]}; rows written meanwhile: {_writes() - before}")


def _add_rules() -> None:
    """Add four more that hold for many orders, with lines, groups and several actions each."""
    from orders.rules.models import Rule

    for number in range(4):
        lines = {"type": "is", "field": "sku", "op": "begins", "value": [f"MP-F1-{number}"], "lines": "any"}
        total = {"type": "is", "field": "total", "op": "at_least", "value": "100", "currency": "EUR"}
        Rule.objects.create(
            name=f"Rule {number}",
            event="received",
            position=100 + number,
            conditions={"type": "group", "match": "any", "of": [lines, total]},
            actions=[
                {"kind": "tag", "params": {"tag": f"tag {number}"}},
                {"kind": "notify", "params": {"text": "Look at it."}},
            ],
        )


def _writes() -> int:
    """Return the rows that this database has inserted, updated and deleted in our tables."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables")
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    main()

"""The admin's order list at 10,000, 100,000 and 1,000,000 orders: pages, tabs, filters, each kind of search, the page
of one order, the inbox and a kind of it. Goal: p95 under 100 ms at a million, and within 1.3 times of that at 10,000.
"""

import statistics
import sys
import time
from datetime import timedelta
from typing import Any

SIZES = (10_000, 100_000, 1_000_000)
ROUNDS = 20
GOAL_MS, GOAL_RATIO = 100.0, 1.3
LIST = "/admin/orders/order/"


def requests_at(total: int) -> dict[str, str]:
    """Name -> address, for a table of that size."""
    from django.utils import timezone

    today = timezone.localdate()
    middle, old = total // 2 // 100 * 100, today - timedelta(days=365)
    filters = {
        "first page": "",
        "second page": f"?older={total - 50}",
        "page in the middle": f"?older={middle}",
        "last page": "?end=1",
        "page before the last": "?newer=50",
        "needs me": "?view=needs",
        "mine": "?view=mine",
        "state held": "?state=held",
        "state closed": "?state=closed",
        "state closed, last page": "?state=closed&end=1",
        "production failed (none)": "?production=failed",
        "in production": "?production=in_production",
        "shipped": "?shipment=shipped",
        "late": "?late=any",
        "late in delivery": "?late=delivery",
        "held for a reason": "?hold=bad_address",
        "shop": "?shop=2",
        "shop, cancelled": "?shop=1&state=cancelled",
        "tag": "?tag=reprint",
        "one day a year ago": f"?since={old}&until={old}",
        "since a year ago": f"?since={old}",
        "search number": f"?q=WEB-{100000 + middle}",
        "search digits": f"?q={100000 + middle}",
        "search reference": f"?q=R-{500000 + middle}",
        "search e-mail": f"?q=customer{middle}@example.com",
        "search common name": "?q=Müller",
        "search name beginning": "?q=mul",
        "search two names": "?q=anna+müller",
        "search telephone": f"?q=4930{10000000 + middle}",
        "search telephone, spaces": f"?q=030+{str(10000000 + middle)[:4]}+{str(10000000 + middle)[4:]}",
        "search telephone, +49": f"?q=%2B49+(0)30/{10000000 + middle}",
        "search telephone, local": f"?q={10000000 + middle}",
        "search postcode": "?q=00370",
        "search town": "?q=Berlin",
        "search street": "?q=Hauptstraße",
        "search street and number": "?q=Hauptstr.+42+Berlin",
        "search slip": "?q=Miller",
        "search slip and name": "?q=Ana+Müler",
        "search number, no dash": f"?q=WEB{100000 + middle}",
        "search number, space": f"?q=WEB+{100000 + middle}",
        "search vendor's id": f"?q={7000000 + middle}",
        "search SKU": "?q=MP-F1-77",
        "search tracking code": f"?q=JJD{3000000000 + middle}",
        "search one letter": "?q=a",
        "search nothing found": "?q=nosuchthing",
        "search name, state held": "?q=Müller&state=held",
    }
    inbox = {
        "inbox": "/admin/",
        "inbox, mine": "/admin/?show=mine",
        "inbox, held addresses": "/admin/?kind=held-bad_address",
        "inbox, to release": "/admin/?kind=to-release",
        "inbox, late": "/admin/?kind=late-production&show=unassigned",
        "counts in the menu": "/admin/inbox/counts/",
        "today": "/admin/today/",
    }
    pages = {"order page": f"{LIST}{middle}/change/", **inbox}
    return {name: LIST + query for name, query in filters.items()} | pages


def measure(client: Any, address: str) -> list[float]:
    """Return the milliseconds of each round, after one to warm up, slowest last."""
    times = []
    for _round in range(ROUNDS + 1):
        begin = time.perf_counter()
        response = client.get(address)
        times.append(1000 * (time.perf_counter() - begin))
        assert response.status_code == 200, (address, response.status_code)
    return sorted(times[1:])


def p95(times: list[float]) -> float:
    return times[max(0, round(0.95 * len(times)) - 1)]


def main(sizes: tuple[int, ...] = SIZES) -> int:
    """Grow the table step by step, measure at each size, print medians, p95 and ratios. Return 1 beyond the goals."""
    from benchmarks.database import own_database

    results: dict[int, dict[str, list[float]]] = {}
    with own_database("order_list"):
        from django.conf import settings
        from django.contrib.auth.models import User
        from django.test import Client

        from benchmarks.order_rows import grow_to, make_catalogue

        settings.ALLOWED_HOSTS = ["testserver"]
        settings.SECURE_SSL_REDIRECT = False
        settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
        user = User.objects.create_superuser("bench", "bench@example.com", "bench")
        make_catalogue()
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        first = 1
        for size in sizes:
            begin = time.perf_counter()
            grow_to(size, first=first, user=user.pk)
            print(f"{size:,} orders ({time.perf_counter() - begin:.0f} s to make)", flush=True)
            results[size] = {name: measure(client, address) for name, address in requests_at(size).items()}
            first = size + 1
    return report(results)


def report(results: dict[int, dict[str, list[float]]]) -> int:
    """Print one row per request: median and p95 at each size, and p95 at the largest over p95 at the smallest."""
    sizes = list(results)
    print(f"\n{'milliseconds: median / p95':28}" + "".join(f"{size:>17,}" for size in sizes) + "   ratio")
    missed = 0
    for name in results[sizes[0]]:
        cells = [results[size][name] for size in sizes]
        ratio = p95(cells[-1]) / p95(cells[0])
        late = p95(cells[-1]) > GOAL_MS or ratio > GOAL_RATIO
        missed += late
        numbers = "".join(f"{statistics.median(times):8.1f} /{p95(times):7.1f}" for times in cells)
        print(f"{name:28}{numbers}   {ratio:5.2f}{'  beyond the goal' if late else ''}")
    print(f"{missed} beyond the goal (p95 {GOAL_MS:.0f} ms, ratio {GOAL_RATIO})")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(tuple(int(size) for size in sys.argv[1:]) or SIZES))

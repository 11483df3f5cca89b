"""Ten staff pages, each seen for the first time: a demo has to be running (`make demo`), and Chromium to be there.

For each page and round a browser begins without cache. Measured are what came over the wire (kB, compressed as sent),
the largest contentful paint (s after the navigation began) and the cumulative layout shift (no unit), as the browser's
own observers give them. Goals: below 300 kB, below 0.6 s, no shift.
"""

import logging
import os
import shutil
import statistics
import sys
from typing import Any

ROUNDS = 3
GOAL_KB, GOAL_SECONDS, GOAL_SHIFT = 300, 0.6, 0.001
# Under this a paint says nothing more: the page is at rest.
REST_MS = 1500
PAGES = {
    "sign-in": "/admin/login/",
    "Today": "/admin/",
    "orders": "/admin/orders/order/",
    "one order": "",
    "new order": "/admin/orders/draftorder/new/",
    "catalogue": "/admin/catalog/variant/",
    "production": "/admin/fulfillment/productionorder/",
    "campaigns": "/admin/orders/mailcampaign/",
    "integrations": "/admin/backoffice/integration/",
    "staff": "/admin/auth/user/",
    "handbook": "/admin/handbook/",
}
# Says what the browser saw of the page so far: seconds to the largest paint, and the shift without anybody's doing.
OBSERVED = """() => new Promise(done => {
    const seen = {paint: 0, shift: 0};
    new PerformanceObserver(list => list.getEntries().forEach(entry => { seen.paint = entry.startTime; }))
        .observe({type: "largest-contentful-paint", buffered: true});
    new PerformanceObserver(list => list.getEntries().forEach(entry => {
        if (!entry.hadRecentInput) seen.shift += entry.value;
    }))
        .observe({type: "layout-shift", buffered: true});
    setTimeout(() => done(seen), 200);
})"""


def main() -> int:
    """Measure each page; return 1 when one misses a goal in the median of its rounds."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    import django

    django.setup()
    # Each sign-in is noted.
    logging.disable(logging.INFO)
    from playwright.sync_api import sync_playwright

    path = next((found for name in ("chromium", "google-chrome") if (found := shutil.which(name))), None)
    if path is None:
        print("no Chromium on this machine: nothing was measured")
        return 0
    missed = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for name, address in _pages().items():
            rounds = [_visit(browser, address, signed_in=name != "sign-in") for _round in range(ROUNDS)]
            weight, paint, shift = (statistics.median(column) for column in zip(*rounds, strict=True))
            good = weight < GOAL_KB and paint < GOAL_SECONDS and shift < GOAL_SHIFT
            missed += not good
            spread = f"{min(entry[1] for entry in rounds):.2f} to {max(entry[1] for entry in rounds):.2f}"
            figures = f"{weight:4.0f} kB  paint {paint:.2f} s ({spread})  shift {shift:.3f}"
            print(f"{name:>14}  {figures}  {'' if good else 'missed'}", flush=True)
        browser.close()
    return int(bool(missed))


def _pages() -> dict[str, str]:
    from orders.models import Order

    newest = Order.objects.order_by("-pk").first()
    return PAGES | ({"one order": f"/admin/orders/order/{newest.pk}/change/"} if newest else {})


def _visit(browser: Any, address: str, *, signed_in: bool) -> tuple[float, float, float]:
    """Return kB, seconds to the largest paint, and layout shift of one first visit."""
    from django.conf import settings
    from django.contrib.auth.models import User

    from backoffice.demo.conductor import STAFF_NAME
    from tests.browser.conftest import sign_in

    url = f"http://127.0.0.1:{settings.PORT}"
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    if signed_in:
        sign_in(context, User.objects.get(username=STAFF_NAME), url=url)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    bytes_seen = [0]
    session.on(
        "Network.loadingFinished", lambda event: bytes_seen.__setitem__(0, bytes_seen[0] + event["encodedDataLength"])
    )
    answer = page.goto(url + address, wait_until="load")
    assert answer is not None
    assert answer.status == 200, f"{address}: {answer.status}"
    page.wait_for_timeout(REST_MS)
    seen = page.evaluate(OBSERVED)
    context.close()
    return bytes_seen[0] / 1000, seen["paint"] / 1000, seen["shift"]


if __name__ == "__main__":
    sys.exit(main())

"""Orders taken per second, three lines and an address each, against a bare view with the same inserts.

Goal: at least 65 % of it. Two gunicorn workers, four clients, both measured in turn in the same run.
"""

import json

ORDERS = 600
ROUNDS = 7
BARE = {"DJANGO_SETTINGS_MODULE": "benchmarks.bare_settings"}
SKUS = ("BENCH-1", "BENCH-2", "BENCH-3")


def bodies(name: str) -> list[bytes]:
    """Return orders of different customers."""
    return [json.dumps(_body(f"{name}-{number}", number)).encode() for number in range(ORDERS)]


def _body(reference: str, number: int) -> dict[str, object]:
    return {
        "reference": reference,
        "placed_at": "2026-11-20T10:30:00Z",
        "currency": "EUR",
        "total": "189.00",
        "customer": {"email": f"c{number}@example.com", "firstname": "Jana", "lastname": "Größer"},
        "recipient": {
            "firstname": "Jana",
            "lastname": "Größer",
            "street": f"Hauptstraße {number}",
            "zip": "10115",
            "city": "Berlin",
            "country_code": "DE",
        },
        "lines": [
            {
                "reference": sku,
                "sku": sku,
                "quantity": 100,
                "unit_price": "1.29",
                "files": [{"url": f"https://files.example.com/{reference}/{sku}.pdf", "type": "front"}],
            }
            for sku in SKUS
        ],
    }


def fill() -> str:
    """Make a shop, what it sells, and where to; return its key."""
    from django.utils import timezone

    from backoffice.accounts.models import ApiKey, Shop
    from catalog.models import PriceTier, Product, Variant
    from fulfillment.models import Country, State

    now = timezone.now()
    shop = Shop.objects.create(code="BENCH", name="Benchmark", duplicate_window_minutes=0)
    germany = Country.objects.create(iso2="DE", iso3="DEU", name="Germany")
    State.objects.bulk_create(State(country=germany, iso2=f"{n:02}", name=f"State {n}") for n in range(16))
    product = Product.objects.create(vendor="mypromo", vendor_id="1", name="Card", changed_at=now, created_at=now)
    for sku in SKUS:
        variant = Variant.objects.create(
            product=product, vendor="mypromo", vendor_id=sku, sku=sku, personalized=True, changed_at=now, created_at=now
        )
        PriceTier.objects.bulk_create(
            PriceTier(variant=variant, price_list=price_list, quantity=quantity, price="1.00")
            for price_list in ("purchase", "recommended", "sales")
            for quantity in (1, 100, 500)
        )
    _row, key = ApiKey.objects.create_key(name="benchmark", shop=shop)
    return str(key)


def main() -> None:
    """Measure both in turn, several times, and print the median of the ratios."""
    from benchmarks.database import own_database
    from benchmarks.load import gunicorn, post_all

    with own_database("orders") as url:
        headers = {"Authorization": f"Bearer {fill()}"}
        env = {"DATABASE_URL": url, "LOG_LEVEL": "ERROR", "API_REQUESTS_PER_KEY": "1000000/min"}
        ratios = []
        with gunicorn("backoffice.wsgi", env=env) as ours, gunicorn("benchmarks.bare_wsgi", env=env | BARE) as bare:
            for number in range(ROUNDS + 1):
                limit = post_all(bare, "/orders/", bodies(f"bare-{number}"), headers={})
                result = post_all(ours, "/api/v1/orders/", bodies(f"ours-{number}"), headers=headers, keys=True)
                if number == 0:
                    continue  # both warm up
                ratios.append(result.per_second / limit.per_second)
                print(
                    f"bare {limit.per_second:5.0f}/s (p95 {limit.p95_ms:.1f} ms)   "
                    f"ours {result.per_second:5.0f}/s (p95 {result.p95_ms:.1f} ms)   ratio {ratios[-1]:.0%}   "
                    f"failed {limit.failed + result.failed}"
                )
        print(f"median ratio {sorted(ratios)[len(ratios) // 2]:.0%} (goal 65 %)")


if __name__ == "__main__":
    main()

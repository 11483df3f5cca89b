"""Callbacks taken in per second, 6 KB each, against a bare view with one insert. Goal: at least 80 % of it."""

import base64
import json
import os

REQUESTS = 4000
ROUNDS = 3
SIZE = 6 * 1024
SECRET = "benchmark-secret-of-some-length"
BARE = {"DJANGO_SETTINGS_MODULE": "benchmarks.bare_settings"}


def bodies(round_number: int) -> list[bytes]:
    """Return callbacks that differ, 6 KB each, shaped like an order."""
    text = json.dumps({"id": 0, "status": "PROCESSING", "items": [], "recipient": {}, "comment": "x" * SIZE})[:SIZE]
    return [f'{{"n": "{round_number}-{n}", '.encode() + text.encode()[1:] for n in range(REQUESTS)]


def main() -> None:
    """Measure both in turn, several times, and print the median of the ratios."""
    from benchmarks.database import own_database
    from benchmarks.load import gunicorn, post_all

    with own_database("callbacks") as url:
        os.environ["MYPROMO_CALLBACK_SECRET"] = SECRET
        from django.conf import settings

        settings.MYPROMO_CALLBACK_SECRET = SECRET
        from backoffice.vendors.mypromo.callbacks import callback_path_token

        token = callback_path_token()
        basic = base64.b64encode(f"mypromo:{SECRET}".encode()).decode()
        env = {"DATABASE_URL": url, "MYPROMO_CALLBACK_SECRET": SECRET, "LOG_LEVEL": "ERROR"}
        ratios = []
        with gunicorn("backoffice.wsgi", env=env) as ours, gunicorn("benchmarks.bare_wsgi", env=env | BARE) as bare:
            for number in range(ROUNDS + 1):
                limit = post_all(bare, "/callbacks/", bodies(number), headers={})
                headers = {"Authorization": f"Basic {basic}"}
                result = post_all(ours, f"/callbacks/mypromo/orders/{token}/", bodies(number), headers=headers)
                if number == 0:
                    continue  # both warm up
                ratios.append(result.per_second / limit.per_second)
                print(
                    f"bare {limit.per_second:6.0f}/s (p95 {limit.p95_ms:.1f} ms)   "
                    f"ours {result.per_second:6.0f}/s (p95 {result.p95_ms:.1f} ms)   ratio {ratios[-1]:.0%}   "
                    f"failed {limit.failed + result.failed}"
                )
        print(f"median ratio {sorted(ratios)[len(ratios) // 2]:.0%} (goal 80 %)")


if __name__ == "__main__":
    main()

"""By hand: fills the database of DATABASE_URL, or of the demo in VAR_DIR that is up, with so many orders."""

import os
import sys
import time


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
    import django

    django.setup()
    from tests.browser.hostile.seeding import seed

    begin = time.perf_counter()
    scene = seed(int(sys.argv[1]) if len(sys.argv) > 1 else 3000)
    print(f"{len(scene.orders):,} orders, {time.perf_counter() - begin:.1f} s; staff: password {'long'!r}")


main()

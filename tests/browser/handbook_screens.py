"""Makes the pictures of the handbook from a demo that runs: `make demo` in one terminal, `make screens` in another.

`make screens NAMES="inbox stock"` makes some of them. `handbook_pictures.py` says what each shows.
"""

import os
import shutil
import sys

import django
from playwright.sync_api import Browser, BrowserContext, sync_playwright


def main(names: list[str]) -> int:
    """Make the pictures of these names, or all; say which could not be made."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    django.setup()
    from tests.browser.conftest import NAMES
    from tests.browser.handbook_camera import FOLDER, take
    from tests.browser.handbook_pictures import SCREENS
    from tests.handbook.sources import LANGUAGES

    failed = []
    with sync_playwright() as playwright:
        path = next(found for name in NAMES if (found := shutil.which(name)))
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        context = _sign_in(browser)
        for name in names or list(SCREENS):
            try:
                for file in take(context, name, SCREENS[name], url=_url(), languages=LANGUAGES):
                    print(f"{file.relative_to(FOLDER)}  {file.stat().st_size / 1000:.0f} kB", flush=True)
            except Exception as error:  # noqa: BLE001 - the next one may be made
                failed.append(name)
                print(f"{name}: {type(error).__name__}: {str(error)[:300]}", flush=True)
        browser.close()
    if failed:
        print(f"Not made: {' '.join(failed)}")
    return int(bool(failed))


def _url() -> str:
    from django.conf import settings

    return f"http://127.0.0.1:{settings.PORT}"


def _sign_in(browser: Browser) -> BrowserContext:
    """Return a context of the demo's person. Our own styles, which hide what moves, pass its content policy."""
    from django.contrib.auth.models import User

    from backoffice.demo.conductor import STAFF_NAME
    from tests.browser.conftest import sign_in
    from tests.browser.handbook_camera import HEIGHT, WIDTH

    size = {"width": WIDTH, "height": HEIGHT}
    context = browser.new_context(viewport=size, timezone_id="Europe/Berlin", bypass_csp=True)
    context.set_default_timeout(30_000)
    sign_in(context, User.objects.get(username=STAFF_NAME), url=_url())
    return context


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

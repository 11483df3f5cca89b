"""A real Chromium against a live server; skipped where no Chromium is installed."""

import shutil
from collections.abc import Iterator
from typing import NoReturn

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.utils import asyncio
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

# Milliseconds; a busy machine is slow, and that is not what these tests are about.
PATIENCE = 90_000
expect.set_options(timeout=PATIENCE)

WHOLE = ("chromium", "chromium-browser", "google-chrome")
# The shell draws the same pages for half the processor; it has nobody to ask for a camera.
NAMES = ("chromium-headless-shell", *WHOLE)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium on this machine")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, which Django takes for asynchronous code. What Django's own
        # variable says would reach each process that a later test of this worker starts.
        patch.setattr(asyncio, "get_running_loop", _no_loop)
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def _no_loop() -> NoReturn:
    raise RuntimeError


@pytest.fixture(scope="session")
def context(browser: Browser, live_server: LiveServer, django_db_setup: None) -> Iterator[BrowserContext]:
    """Share one context among all tests of a worker, so that styles and scripts are loaded and compiled once."""
    context = browser.new_context(base_url=live_server.url, locale="en-GB", timezone_id="Europe/Berlin")
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def staff(transactional_db: None) -> User:
    cache.clear()
    return User.objects.create_superuser("mara", "mara@example.com", "a-long-password", first_name="Mara")


@pytest.fixture
def page(context: BrowserContext, live_server: LiveServer, staff: User) -> Iterator[Page]:
    """Open a page, signed in, on the home page. Errors of scripts and of the server fail the test."""
    sign_in(context, staff, url=live_server.url)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("response", lambda answer: wrong.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
    page.goto("/admin/")
    yield page
    forget(page, url=live_server.url)
    assert wrong == []


def sign_in(context: BrowserContext, user: User, *, url: str) -> None:
    client = Client()
    client.force_login(user)
    context.add_cookies([{"name": name, "value": it.value, "url": url} for name, it in client.cookies.items()])


def forget(page: Page, *, url: str) -> None:
    """Forget cookies and all else that pages keep, but for the network's cache, before the next test."""
    session = page.context.new_cdp_session(page)
    page.goto("about:blank")
    session.send("Storage.clearDataForOrigin", {"origin": url, "storageTypes": "all"})
    page.context.clear_cookies()
    page.close()

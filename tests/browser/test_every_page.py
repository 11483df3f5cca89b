"""Every page over hostile rows in a browser: none wider than its window, no text cut off unsaid, nothing serious for
axe in light and dark, no error of scripts, nothing that the content security policy stopped.

The usual run looks at every list and the pages that are open all day; `make soak` at every state of every page, with
all of axe's rules in both themes.
"""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import ConsoleMessage, Page

from tests.browser.hostile import seed
from tests.browser.looking import ask_axe, look
from tests.pages.addresses import PageAddress, staff_addresses
from tests.pages.asking import ask

pytestmark = pytest.mark.browser
ORDERS = 60
# Where people are all day; beside the lists, whose rows show the most.
OPEN_ALL_DAY = {"index", "orders_order_change", "orders_order_edit", "drafts_draftorder_change", "fulfillment_station"}
VALUES = re.compile(r"=[^&]*")
# Pages whose states have little in common.
EVERY_STATE = {"jobs_job_change"}
# Signs the reader out, or is Django's own page about it.
NOT_SHOWN = {"logout", "login", "password_change_done"}


def is_usual(one: PageAddress) -> bool:
    """Return whether it is a list, or a page that is open all day."""
    return one.name in OPEN_ALL_DAY or (one.name.endswith("_changelist") and "?" not in one.address)


def shown_pages(staff: User, *, every_state: bool) -> list[PageAddress]:
    """Return the addresses that show a whole page: of the usual ones the first for each pattern and query, or one of
    every state of all.
    """
    client = Client(raise_request_exception=False)
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    found: dict[tuple[str, str], PageAddress] = {}
    for one in filter(None if every_state else is_usual, staff_addresses()):
        path, _mark, query = one.address.partition("?")
        # Of what differs only by the value of a filter, one.
        asked = VALUES.sub("", query)
        place = one.name, one.address if every_state else path if one.name in EVERY_STATE else asked
        if one.name not in NOT_SHOWN and place not in found and next(ask(client, [one])).is_page:
            found[place] = one
    return list(found.values())


def is_fault(message: ConsoleMessage) -> bool:
    """Return whether scripts or the security policy complain; what is not found here, the page's fixture sees."""
    return message.type == "error" and not message.text.startswith("Failed to load resource")


def faults(page: Page, addresses: list[PageAddress], *, whole: bool) -> list[str]:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if is_fault(message) else None)
    found = []
    for one in addresses:
        said.clear()
        page.goto(one.address, wait_until="load")
        wrong = [*look(page, whole=whole), *ask_axe(page, whole=whole), *said]
        wrong += ["markup ran"] if page.evaluate("'hostile' in window") else []
        found += [f"{one.address} {fault}" for fault in wrong]
    return found


def test_every_list_fits_its_window_and_can_be_read_by_all(page: Page, staff: User) -> None:
    """In German: its words are a third longer."""
    page.set_extra_http_headers({"Accept-Language": "de"})
    seed(ORDERS)
    wrong = faults(page, shown_pages(staff, every_state=False), whole=False)
    assert not wrong, "\n".join(wrong)


@pytest.mark.soak
@pytest.mark.parametrize("language", ["de", "en"])
def test_every_state_of_every_page_fits_and_can_be_read(page: Page, staff: User, language: str) -> None:
    page.set_extra_http_headers({"Accept-Language": language})
    seed(3000)
    wrong = faults(page, shown_pages(staff, every_state=True), whole=True)
    assert not wrong, "\n".join(wrong)

"""The door in a browser: a passkey signs in alone, and every page of it fits and can be read by all."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from tests.browser.looking import ask_axe, look

pytestmark = pytest.mark.browser
OF_ONES_OWN = ["/account/second-factor/app/", "/admin/my-sign-in/"]
ALL = [
    "/account/second-factor/", "/account/second-factor/codes/new/", "/account/passkeys/add/",
    "/account/password/change/", "/account/again/password/", "/account/again/", "/admin/logout/",
    "/admin/auth/user/invite/", "/admin/signin/factorrequirement/", "/admin/signin/signinevent/",
]  # fmt: skip
OUTSIDE = [
    "/admin/login/", "/account/password/lost/", "/account/password/lost/sent/", "/account/password/new/1-gone/",
    "/account/password/new/done/", "/account/closed/", "/account/provider/cancelled/",
]  # fmt: skip


def faults(page: Page, addresses: list[str], *, whole: bool) -> list[str]:
    found = []
    for address in addresses:
        page.goto(address, wait_until="load")
        found += [f"{address} {fault}" for fault in (*look(page, whole=whole), *ask_axe(page, whole=whole))]
    return found


def test_a_passkey_is_added_and_signs_in_alone(page: Page, staff: User) -> None:
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    able = ("hasResidentKey", "hasUserVerification", "isUserVerified", "automaticPresenceSimulation")
    options = {"protocol": "ctap2", "transport": "internal", **dict.fromkeys(able, True)}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto("/account/second-factor/")
    page.get_by_role("link", name="Passkey").click()
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    assert faults(page, ["/account/second-factor/codes/", *OF_ONES_OWN], whole=False) == []
    page.context.clear_cookies()
    assert faults(page, ["/admin/login/"], whole=False) == []
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/admin/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Inbox")


@pytest.mark.soak
def test_every_page_of_the_door_fits_and_can_be_read(page: Page, staff: User) -> None:
    found = faults(page, ALL, whole=True)
    page.context.clear_cookies()
    assert [*found, *faults(page, OUTSIDE, whole=True)] == []

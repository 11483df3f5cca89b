"""The editor: a page a person can use, which may switch the SKU of a design."""

import re
from html import unescape
from typing import Any

import pytest

from backoffice.sandbox import Sandbox
from tests.sandbox.client import SKU, Client
from tests.sandbox.shapes import differences, sample

WAY_BACK = "https://shop.example/add/{DESIGNID}/{INTENT}/{USERHASH}?again={DESIGNID}&n=Größe"


def _design(merchant: Client, **fields: Any) -> dict[str, Any]:
    user = merchant.request("POST", "v1/editor_user").json()["editor_user_hash"]
    usual = {"sku": SKU, "editor_user_hash": user, "return_url": WAY_BACK, "cancel_url": "https://shop.example/?a&b"}
    answer = merchant.post("v1/designs", **{**usual, **fields})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def _open(merchant: Client, url: str, method: str = "GET", **options: Any) -> Any:
    """Open a page as a browser does, without a token."""
    headers = {"Authorization": "", "Accept": "text/html"}
    return merchant.request(method, url.removeprefix(merchant.sandbox.url), headers=headers, **options)


def _choices(page: str) -> list[str]:
    return re.findall(r'name="sku" value="([^"]+)"', page)


def test_a_shopper_picks_a_colour_and_comes_back_to_the_shop(merchant: Client) -> None:
    design = _design(merchant)
    page = _open(merchant, design["editor_start_url"])
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    choices = _choices(page.text)
    assert SKU in choices
    other = next(sku for sku in choices if sku != SKU)
    action = unescape(re.findall(r'action="([^"]+)"', page.text)[0])
    done = _open(merchant, action, "POST", data={"sku": other})
    user, key, intent = design["editor_user_hash"], design["id"], design["intent"]
    assert done.status_code == 303
    assert done.headers["Location"] == f"https://shop.example/add/{key}/{intent}/{user}?again={key}&n=Gr%C3%B6%C3%9Fe"
    assert merchant.get(f"v1/designs/{key}").json()["sku"] == other
    submitted = merchant.request("POST", f"v1/designs/{key}/submit").json()
    assert (submitted["sku"], submitted["status"]) == (other, "SUBMITTED")


def test_done_without_a_choice_keeps_the_colour(merchant: Client) -> None:
    design = _design(merchant)
    assert _open(merchant, design["editor_start_url"], "POST").status_code == 303
    assert merchant.get(f"v1/designs/{design['id']}").json()["sku"] == SKU


def test_cancel_leads_to_the_address_given_for_it(merchant: Client) -> None:
    page = _open(merchant, _design(merchant)["editor_start_url"]).text
    assert '<a href="https://shop.example/?a&amp;b">Cancel</a>' in page
    assert "Cancel" not in _open(merchant, _design(merchant, cancel_url=None)["editor_start_url"]).text


def test_nothing_but_the_colours_of_the_product_can_be_chosen(merchant: Client) -> None:
    design = _design(merchant)
    assert _open(merchant, design["editor_start_url"], "POST", data={"sku": "TESTPRODUCT123"}).status_code == 422
    assert merchant.get(f"v1/designs/{design['id']}").json()["sku"] == SKU


def test_a_submitted_design_cannot_be_opened_but_its_preview_can(merchant: Client) -> None:
    design = _design(merchant)
    merchant.request("POST", f"v1/designs/{design['id']}/submit")
    for method in ("GET", "POST"):
        assert _open(merchant, design["editor_start_url"], method).status_code == 410
    preview = merchant.get(f"v1/designs/{design['id']}/preview")
    assert (preview.headers["Content-Type"], preview.content[:5]) == ("application/pdf", b"%PDF-")


def test_the_editor_opens_with_its_own_code_only(merchant: Client) -> None:
    start = _design(merchant)["editor_start_url"]
    assert _open(merchant, start[:-1]).status_code == 404
    assert _open(merchant, start.replace("/1/", "/2/")).status_code == 404


def test_a_cname_address_carries_a_new_secret_at_each_read(sandbox: Sandbox, merchant: Client) -> None:
    sandbox.settings.change(editor_cname=sandbox.url)
    design = _design(merchant)
    assert differences(sample("designs.create.201-1.json"), design) == []
    first = design["editor_start_url_cname"]
    assert first.startswith(f"{sandbox.url}auth?jwt=")
    assert SKU in _choices(_open(merchant, first).text)
    second = merchant.get(f"v1/designs/{design['id']}").json()["editor_start_url_cname"]
    assert _open(merchant, first).status_code == 404
    assert _open(merchant, second).status_code == 200


@pytest.mark.parametrize("url", ["javascript:alert(1)", "/relative", ""])
def test_the_way_back_has_to_be_a_web_address(merchant: Client, url: str) -> None:
    user = merchant.request("POST", "v1/editor_user").json()["editor_user_hash"]
    answer = merchant.post("v1/designs", sku=SKU, editor_user_hash=user, return_url=url)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["return_url"])


def test_a_way_back_cannot_smuggle_headers(merchant: Client) -> None:
    start = _design(merchant, return_url="https://shop.example/\r\nX-Evil: 1")["editor_start_url"]
    done = _open(merchant, start, "POST")
    assert (done.status_code, "X-Evil" in done.headers) == (303, False)


def test_a_browser_is_neither_counted_nor_hit_by_faults(sandbox: Sandbox, merchant: Client) -> None:
    start = _design(merchant)["editor_start_url"]
    sandbox.faults.add("status", status=500)
    assert _open(merchant, start).status_code == 200
    assert not [name for name in sandbox.ledger.requests if "editor/" in name]

"""The address where mypromo asks for a label on the day of dispatch."""

import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from freezegun import freeze_time
from pytest_django import Settings

from backoffice.errors import Conflict, InvalidInput
from fulfillment.models import Carrier
from orders.models import Order, SuppliedLabel, VendorOrder, VendorOrderState
from orders.services.files.generic_labels import GenericLabel, supply_label
from orders.services.files.store import store_file
from orders.services.lifecycle import release_order
from orders.services.order_message import order_to_place
from tests.api.storefront import PEN, build_order, make_catalog, make_storefront
from tests.orders.pdfs import make_pdf
from tests.orders.rows import make_order

SECRET = "a long secret for labels"
PDF = make_pdf((100, 150))


@pytest.fixture(autouse=True)
def keys(settings: Settings, tmp_path: Path, db: None) -> None:
    settings.LABEL_SECRET = SECRET
    settings.MEDIA_ROOT = tmp_path
    Carrier.objects.create(key="dhl", name="DHL")
    Carrier.objects.create(key="gone", name="Gone", available=False)


def released(*lines: dict[str, Any], **changes: Any) -> list[VendorOrder]:
    order = release_order(make_order(*lines, generic_label=True, **changes), actor="tester")
    return list(order.vendor_orders.select_related("order").order_by("part"))


def supply(part: VendorOrder, *, content: bytes = PDF, carrier: str = "DHL", code: str = "00340001") -> SuppliedLabel:
    file, _new = store_file([content], shop=part.order.shop)
    return supply_label(part, file=file, carrier=carrier, tracking_code=code, actor="anna")


def ask(part: VendorOrder, *, password: str = SECRET, user: str = "labels") -> Any:
    """Ask as mypromo does: with what it was given in the order."""
    link = order_to_place(part).generic_label
    assert link is not None
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return Client().get(urlsplit(link.url).path, headers={"Authorization": f"Basic {pair}"})


def test_the_answer_is_exactly_the_documented_json_and_its_address_serves_the_pdf() -> None:
    [part] = released()
    supply(part)
    answer = ask(part)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    body = json.loads(answer.content)
    assert list(body) == ["url", "carrier", "tracking_code"]
    assert (body["carrier"], body["tracking_code"]) == ("dhl", "00340001")
    served = Client().get(urlsplit(body["url"]).path)
    assert (served["Content-Type"], b"".join(served.streaming_content)) == ("application/pdf", PDF)


def test_asked_again_it_answers_byte_for_byte_the_same_and_says_once_that_it_was_asked() -> None:
    [part] = released()
    supply(part)
    with freeze_time(timezone.now() + timedelta(hours=1)):
        first = ask(part).content
    with freeze_time(timezone.now() + timedelta(hours=9)):
        assert ask(part).content == first
    assert part.order.events.filter(kind="label.answered").count() == 1


def test_after_its_days_the_same_label_has_an_address_that_serves_again() -> None:
    [part] = released()
    supply(part)
    first = ask(part).json()
    with freeze_time(timezone.now() + timedelta(days=20)):
        later = ask(part).json()
        assert Client().get(urlsplit(first["url"]).path).status_code == 410
        assert Client().get(urlsplit(later["url"]).path).status_code == 200
    assert (later["carrier"], later["tracking_code"]) == (first["carrier"], first["tracking_code"])


def test_without_a_label_for_a_cancelled_order_and_at_a_forged_address_there_is_none() -> None:
    [part] = released()
    assert (ask(part).status_code, ask(part).json()) == (404, {"message": "There is no label for this order."})
    supply(part)
    VendorOrder.objects.update(state=VendorOrderState.CANCELLED)
    assert ask(part).status_code == 404
    VendorOrder.objects.update(state=VendorOrderState.IN_PRODUCTION)
    assert ask(part).status_code == 200
    pair = base64.b64encode(f"labels:{SECRET}".encode()).decode()
    for token in (str(part.pk), f"{part.pk}.xxxx", "x" * 1000):
        answer = Client().get(f"/labels/{token}/", headers={"Authorization": f"Basic {pair}"})
        assert answer.status_code == 404, token


@pytest.mark.parametrize("header", ["", "Basic", "Basic !!!", "Bearer x", "Basic bGFiZWxzOg==", "Basic w7bDtg=="])
def test_nobody_gets_a_label_without_the_password(header: str) -> None:
    [part] = released()
    supply(part)
    link = order_to_place(part).generic_label
    assert link is not None
    path = urlsplit(link.url).path
    answer = Client().get(path, headers={"Authorization": header} if header else {})
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Basic realm="labels"')
    assert ask(part, password="wrong").status_code == ask(part, user="other").status_code == 401
    assert SuppliedLabel.objects.get().answered_at is None


def test_without_a_secret_nobody_is_answered_and_no_order_names_the_address(settings: Settings) -> None:
    [part] = released()
    supply(part)
    link = order_to_place(part).generic_label
    assert link is not None
    settings.LABEL_SECRET = ""
    assert order_to_place(part).generic_label is None
    answer = Client().get(urlsplit(link.url).path, headers={"Authorization": "Basic bGFiZWxzOg=="})
    assert answer.status_code == 401


def test_asking_is_a_get_and_nothing_else() -> None:
    [part] = released()
    supply(part)
    link = order_to_place(part).generic_label
    assert link is not None
    for method in ("head", "post", "put"):
        assert getattr(Client(), method)(urlsplit(link.url).path).status_code == 405
    assert SuppliedLabel.objects.get().answered_at is None


def test_a_label_may_be_exchanged_until_it_was_given_out_and_not_after() -> None:
    [part] = released()
    supply(part)
    supply(part, code="00340002")
    assert ask(part).json()["tracking_code"] == "00340002"
    with pytest.raises(Conflict):
        supply(part, code="00340003")
    assert SuppliedLabel.objects.get().tracking_code == "00340002"


@pytest.mark.parametrize(("carrier", "code"), [("nobody", "1"), ("gone", "1"), ("dhl", "  "), ("dhl", "1" * 201)])
def test_a_label_needs_a_known_carrier_and_a_code(carrier: str, code: str) -> None:
    [part] = released()
    with pytest.raises(InvalidInput):
        supply(part, carrier=carrier, code=code)
    assert SuppliedLabel.objects.count() == 0


def test_each_part_has_its_own_line_address_and_code() -> None:
    first, second = released({}, {})
    supply(first)
    with pytest.raises(InvalidInput):
        supply(second)
    supply(second, code="00340002")
    assert [ask(part).json()["tracking_code"] for part in (first, second)] == ["00340001", "00340002"]


class BookedLabels:
    """Another source, as one that books at a carrier would be."""

    def find(self, vendor_order: VendorOrder) -> GenericLabel | None:
        return GenericLabel("https://carrier.example/1.pdf", "ups", vendor_order.reference)


def test_labels_may_come_from_another_source(settings: Settings) -> None:
    settings.LABEL_SOURCE = f"{__name__}.BookedLabels"
    [part] = released()
    assert ask(part).json()["tracking_code"] == part.reference


def test_the_vendor_is_told_the_address_only_when_order_or_shop_wants_it(settings: Settings) -> None:
    make_catalog()
    storefront = make_storefront()
    line = {"sku": PEN, "quantity": 10, "unit_price": "1"}
    wishes = [(False, {}), (True, {"generic_label": False}), (False, {"generic_label": True}), (True, {})]
    found = []
    for number, (of_shop, of_order) in enumerate(wishes):
        type(storefront.shop).objects.filter(pk=storefront.shop.pk).update(own_labels=of_shop)
        answer = storefront.place(build_order(reference=f"R-{number}", lines=[line], **of_order))
        assert answer.status_code == 201, answer.content
        found.append(Order.objects.latest("pk").generic_label)
    assert found == [False, False, True, True]
    settings.LABEL_SECRET = ""
    refused = storefront.place(build_order(reference="R-9", lines=[line]))
    assert list(refused.json()["errors"]) == ["generic_label"]

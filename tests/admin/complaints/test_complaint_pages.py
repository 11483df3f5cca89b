"""The pages of complaints: what they offer to whom, and what each press does."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders.complaints.models import Bearer, Complaint, ComplaintCause, ComplaintState, Refund
from orders.models import Order
from tests.admin.desk.conftest import SignIn
from tests.orders.complaints.conftest import Arrived, complain, one_line, picture
from tests.privacy.dump import in_redis

LIST = "/admin/orders/complaint/"
HOSTILE = "<script>alert(1)</script>" + "Ü" * 175


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def page(complaint: Complaint, what: str = "change") -> str:
    return f"{LIST}{complaint.pk}/{what}/"


def text_of(answer: Any) -> str:
    assert answer.status_code == 200, answer
    return answer.content.decode()


def noted(order: Order, **changes: Any) -> dict[str, Any]:
    line = order.lines.all()[0]
    return {"cause": "misprint", f"pieces_{line.pk}": "3", "token": "t1", "action": "", **changes}


def test_a_complaint_is_noted_with_photos_from_the_page_of_its_order(clerk: Client, arrived: Arrived) -> None:
    order = arrived(**one_line())
    address = f"{LIST}new/{order.pk}/"
    assert address in text_of(clerk.get(f"/admin/orders/order/{order.pk}/change/"))
    photos = [SimpleUploadedFile(f"{colour}.jpg", picture(colour)) for colour in ("red", "blue")]
    answer = clerk.post(address, noted(order, text=HOSTILE, photos=photos))
    complaint = Complaint.objects.get()
    assert answer["Location"] == page(complaint)
    assert (complaint.bearer, complaint.lines.get().quantity, complaint.photos.count()) == (Bearer.VENDOR, 3, 2)
    shown = text_of(clerk.get(page(complaint)))
    assert "<script>alert" not in shown
    photo = complaint.photos.first()
    assert b"".join(clerk.get(page(complaint, f"photos/{photo.pk}")).streaming_content) == picture("red")
    small = clerk.get(page(complaint, f"photos/{photo.pk}/small"))
    assert (small.status_code, small["Content-Type"]) == (200, "image/png")
    assert not [place for place, content in in_redis().items() if b"\x89PNG" in content]


def test_what_is_wrong_with_the_form_stands_at_its_fields_and_nothing_typed_is_lost(
    clerk: Client, arrived: Arrived
) -> None:
    order = arrived(**one_line())
    shown = text_of(
        clerk.post(f"{LIST}new/{order.pk}/", noted(order, text="Smeared", **{f"pieces_{order.lines.get().pk}": "0"}))
    )
    assert "Enter how many pieces are affected." in shown
    assert "Smeared" in shown
    assert 'value="misprint" required checked' in shown
    assert not Complaint.objects.exists()


def test_a_photo_that_is_none_costs_no_other(clerk: Client, arrived: Arrived) -> None:
    order = arrived(**one_line())
    photos = [SimpleUploadedFile("a.jpg", b"hello"), SimpleUploadedFile("b.jpg", picture())]
    answer = clerk.post(f"{LIST}new/{order.pk}/", noted(order, photos=photos), follow=True)
    assert "“a.jpg” is not a photo" in text_of(answer)
    assert Complaint.objects.get().photos.count() == 1


def test_all_pieces_are_one_tick(clerk: Client, arrived: Arrived) -> None:
    order = arrived(
        lines=[{"sku": line["lines"][0]["sku"], "quantity": 50, "unit_price": "1.30"} for line in [one_line()] * 3]
    )
    clerk.post(f"{LIST}new/{order.pk}/", {"cause": "lost", "everything": "on", "token": "t1"})
    assert [row.quantity for row in Complaint.objects.get().lines.all()] == [50, 50, 50]


def test_four_presses_lead_from_the_order_to_its_replacement(clerk: Client, arrived: Arrived) -> None:
    """The button Complaint, a cause, "Save and replace", "Order the replacement": an order of one line asks no more."""
    order = arrived(**one_line())
    form = clerk.get(f"{LIST}new/{order.pk}/").context["form"]
    posted = {name: form[name].value() or "" for name in form.fields if name not in ("cause", "photos", "everything")}
    answer = clerk.post(f"{LIST}new/{order.pk}/", {**posted, "cause": "misprint", "action": "replace"})
    complaint = Complaint.objects.get()
    assert answer["Location"] == page(complaint, "replace")
    asked = clerk.get(page(complaint, "replace"))
    assert "Order the replacement (€70.00)" in text_of(asked)
    forms = asked.context["forms"]
    values = {field.html_name: field.value() or "" for form in (forms.pieces, forms.address) for field in form}
    values["agreed"] = asked.context["agreed"]
    made = clerk.post(page(complaint, "replace"), values)
    replacement = Order.objects.get(complaint=True)
    assert made["Location"] == f"/admin/orders/order/{replacement.pk}/change/"
    assert replacement.reference == f"{order.reference}-R1"
    for one, other in ((order, replacement), (replacement, order)):
        assert other.number in text_of(clerk.get(f"/admin/orders/order/{one.pk}/change/"))


def test_a_replacement_that_would_be_refused_says_so_at_the_field(clerk: Client, arrived: Arrived) -> None:
    complaint = complain(arrived(**one_line()), 20)
    line = complaint.lines.get().line
    values = {
        f"pieces_{line.pk}": "2",
        "street": "x" * 40,
        "lastname": "G",
        "zip": "10115",
        "city": "Berlin",
        "country_code": "DE",
    }
    shown = text_of(clerk.post(page(complaint, "replace"), values))
    assert "2 is below the minimum quantity of 10." in shown
    assert "Nothing was ordered" in shown
    assert 'value="' + "x" * 40 in shown
    assert not Order.objects.filter(complaint=True).exists()


def test_nothing_is_ordered_at_another_price_than_the_one_shown(clerk: Client, arrived: Arrived) -> None:
    complaint = complain(arrived(**one_line()), 20)
    asked = clerk.get(page(complaint, "replace"))
    forms = asked.context["forms"]
    values = {field.html_name: field.value() or "" for field in forms.address}
    values |= {f"pieces_{complaint.lines.get().line_id}": "100", "agreed": asked.context["agreed"]}
    shown = clerk.post(page(complaint, "replace"), values)
    assert "The price has changed. Nothing was ordered." in text_of(shown)
    assert not Order.objects.filter(complaint=True).exists()
    clerk.post(page(complaint, "replace"), values | {"agreed": shown.context["agreed"]})
    assert Order.objects.get(complaint=True).lines.get().quantity == 100


def test_checking_again_orders_nothing(clerk: Client, arrived: Arrived) -> None:
    complaint = complain(arrived(**one_line()), 20)
    forms = clerk.get(page(complaint, "replace")).context["forms"]
    values = {field.html_name: field.value() or "" for field in forms.address}
    line = complaint.lines.get().line
    shown = text_of(clerk.post(page(complaint, "replace"), {**values, f"pieces_{line.pk}": "100", "choice": "check"}))
    assert "Order the replacement (€70.00)" in shown
    assert not Order.objects.filter(complaint=True).exists()


def test_refunds_are_noted_only_by_who_has_the_right_to(clerk: Client, sign_in: SignIn, arrived: Arrived) -> None:
    complaint = complain(arrived(**one_line()))
    other = sign_in("view_order", "change_order", "view_complaint", "change_complaint", name="otto")
    form = {"amount": "20.00", "payer": "shop", "token": "r1"}
    assert "Record the refund" not in text_of(other.get(page(complaint)))
    assert other.post(page(complaint, "refund"), form).status_code == 403
    assert not Refund.objects.exists()
    assert "Record the refund" in text_of(clerk.get(page(complaint)))
    clerk.post(page(complaint, "refund"), form)
    refund = Refund.objects.get()
    assert other.post(page(complaint, f"refunds/{refund.pk}/paid")).status_code == 403
    refund.refresh_from_db()
    assert refund.paid_at is None


def test_refund_claim_and_end_are_done_on_the_page(clerk: Client, arrived: Arrived) -> None:
    complaint = complain(arrived(**one_line()))
    clerk.post(page(complaint, "refund"), {"amount": "20.00", "payer": "shop", "token": "r1"})
    refund = Refund.objects.get()
    clerk.post(page(complaint, f"refunds/{refund.pk}/paid"))
    clerk.post(page(complaint, "claim"))
    shown = text_of(clerk.post(page(complaint, "answer"), {"choice": "accepted", "credit": "", "note": "By e-mail"}))
    assert "Enter how much is credited." in shown
    assert "By e-mail" in shown
    clerk.post(page(complaint, "answer"), {"choice": "accepted", "credit": "7.40", "note": "By e-mail"})
    complaint.refresh_from_db()
    assert (complaint.state, str(complaint.credit)) == (ComplaintState.SETTLED, "7.400")
    clerk.post(page(complaint, "reopen"))
    clerk.post(page(complaint, "about"), {"cause": "faulty", "bearer": "us", "text": "x"})
    clerk.post(page(complaint, "settle"), {"note": "done"})
    complaint.refresh_from_db()
    assert complaint.state == ComplaintState.SETTLED


def test_an_amount_that_is_too_large_stays_in_its_field(clerk: Client, arrived: Arrived) -> None:
    complaint = complain(arrived(**one_line()))
    shown = text_of(clerk.post(page(complaint, "refund"), {"amount": "999.00", "payer": "shop", "token": "r1"}))
    assert "At most €130.00" in shown
    assert 'value="999.00"' in shown


@pytest.mark.parametrize(
    "what", ["refund", "claim", "answer", "settle", "withdraw", "reopen", "photos", "replace", "about"]
)
def test_who_may_only_look_changes_nothing(reader: Client, arrived: Arrived, what: str) -> None:
    complaint = complain(arrived(**one_line()))
    before = Complaint.objects.values().get()
    answer = reader.post(page(complaint, what), {"amount": "1", "payer": "shop", "token": "x", "cause": "faulty"})
    assert answer.status_code == 403
    assert Complaint.objects.values().get() == before


def test_who_may_only_look_sees_no_buttons(reader: Client, arrived: Arrived) -> None:
    complaint = complain(arrived(**one_line()))
    shown = text_of(reader.get(page(complaint)))
    assert "Replace …" not in shown
    assert "Record the claim" not in shown
    assert f"{LIST}new/" not in text_of(reader.get(f"/admin/orders/order/{complaint.order_id}/change/"))


def test_who_may_not_see_complaints_sees_none(sign_in: SignIn, arrived: Arrived) -> None:
    complaint = complain(arrived(**one_line()))
    client = sign_in("view_order", "change_order", name="olaf")
    assert LIST not in text_of(client.get(f"/admin/orders/order/{complaint.order_id}/change/"))
    for address in (LIST, page(complaint), f"{LIST}costs/", page(complaint, "photos/1")):
        assert client.get(address).status_code == 403


@pytest.mark.parametrize(
    "query", ["", "show=claim", "show=late", "show=answer", "show=refund", "show=all", "cause=misprint"]
)
def test_the_list_needs_as_many_queries_for_many_as_for_few(clerk: Client, arrived: Arrived, query: str) -> None:
    order = arrived(**one_line())
    complain(order, 1, token="first")
    clerk.get(f"{LIST}?{query}")
    with CaptureQueriesContext(connection) as few:
        text_of(clerk.get(f"{LIST}?{query}"))
    for number in range(12):
        complain(order, 1, token=str(number))
    with CaptureQueriesContext(connection) as many:
        text_of(clerk.get(f"{LIST}?{query}"))
    assert len(many) <= len(few) + 3  # lines, replacements and refunds, where the first had none


@pytest.mark.parametrize("text", ["C-{complaint}", "{complaint}", "{number}", "Größer", "jana@example.com"])
def test_a_complaint_is_found_by_what_finds_its_order(clerk: Client, arrived: Arrived, text: str) -> None:
    complaint = complain(arrived(**one_line()))
    asked = text.format(complaint=complaint.pk, number=complaint.order.number)
    assert f"C-{complaint.pk}" in text_of(clerk.get(LIST, {"q": asked}))
    assert "No complaints match" in text_of(clerk.get(LIST, {"q": "nobody at all"}))


def test_the_cost_page_has_a_bar_and_a_row_for_each_cause(clerk: Client, arrived: Arrived) -> None:
    complaint = complain(arrived(**one_line()), cause=ComplaintCause.DAMAGED)
    clerk.post(page(complaint, "refund"), {"amount": "20.00", "payer": "shop", "token": "r1"})
    shown = text_of(clerk.get(f"{LIST}costs/"))
    assert "mypromo: €20.00" in shown
    assert "Damaged in transit" in shown
    assert "No complaints in this period" in text_of(clerk.get(f"{LIST}costs/", {"days": "30", "bearer": "us"}))


def test_an_order_that_is_not_made_offers_no_complaint(clerk: Client, storefront: Any) -> None:
    from tests.api.storefront import build_order

    storefront.shop.release_automatically = False
    storefront.shop.save()
    pk = storefront.place(build_order(**one_line())).json()["id"]
    assert f"{LIST}new/" not in text_of(clerk.get(f"/admin/orders/order/{pk}/change/"))
    assert "change or cancel the order instead" in text_of(clerk.get(f"{LIST}new/{pk}/"))

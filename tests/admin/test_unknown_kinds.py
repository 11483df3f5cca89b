"""What the page of an unknown outcome promises is true of the push's kind and step, for every kind there is."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from backoffice.engine.models import Push, PushAttempt
from backoffice.engine.models.push import PushState
from backoffice.engine.services.handlers import PUSH_HANDLERS, Recovery
from fulfillment.models import Label, LabelKind, ProductionOrder
from tests.admin.desk.conftest import SignIn, sign_in
from tests.fulfillment.page_reader import Node, read

__all__ = ["sign_in"]

pytestmark = pytest.mark.django_db
MERCHANT, FULFILLER, SIGNS, CARDS = "mypromo", "mypromo-fulfiller", "sign-customiser", "lettrlabs"
STEPS = [
    ("orders.place", MERCHANT, "create", Recovery.SEARCH),
    ("orders.place", MERCHANT, "line:1", Recovery.SEARCH),
    ("orders.place", MERCHANT, "submit", Recovery.SEARCH),
    ("orders.place", SIGNS, "place", Recovery.CALLBACK),
    ("orders.cancel", MERCHANT, "cancel", Recovery.SEARCH),
    ("orders.discard", MERCHANT, "discard:1", Recovery.REPEAT),
    ("orders.tell", "autoletter", "many:1+2", Recovery.REPEAT),
    ("orders.prepare_campaign", CARDS, "create", Recovery.SEARCH),
    ("orders.prepare_campaign", CARDS, "recipients:1", Recovery.SEARCH),
    ("orders.prepare_campaign", CARDS, "remove", Recovery.REPEAT),
    ("orders.check_out_campaign", CARDS, "checkout", Recovery.ASK_ANEW),
    ("orders.discard_campaign", CARDS, "discard:1", Recovery.REPEAT),
    ("orders.report_conversions", CARDS, "conversions:1", Recovery.REPEAT),
    ("catalog.send", MERCHANT, "send", Recovery.SEARCH),
    ("fulfillment.fetch_label", FULFILLER, "download", Recovery.PERSON),
    ("fulfillment.generic_label", FULFILLER, "make", Recovery.SEARCH),
    ("fulfillment.generic_label", FULFILLER, "download", Recovery.PERSON),
    ("fulfillment.add_shipment", FULFILLER, "add", Recovery.SEARCH),
    ("webhooks.subscribe", SIGNS, "subscribe", Recovery.SEARCH),
    ("webhooks.unsubscribe", SIGNS, "unsubscribe", Recovery.REPEAT),
]
# They only read, so nothing of theirs can be unknown.
READING = {"catalog.compare", "catalog.verify"}
PROMISES = {
    Recovery.SEARCH: "It is sent again automatically after 2 searches without a match",
    Recovery.ASK_ANEW: "It is never sent again automatically",
    Recovery.REPEAT: "counts it once however often it is sent",
    Recovery.CALLBACK: "until the settle time is over, an incoming webhook may show whether it arrived. "
    "Nothing is sent again automatically",
    Recovery.PERSON: "offers nothing to search for. Nothing is sent again automatically",
}
TWICE = ("does it twice", "announced twice")


@pytest.fixture
def label() -> Label:
    order = ProductionOrder.objects.create(vendor=FULFILLER, vendor_id="61", due_at=timezone.now())
    return Label.objects.create(
        production_order=order, kind=LabelKind.SUPPLIED, vendor_id="7", carrier="dhl", tracking_code="003404"
    )


def ask(sign_in: SignIn, push: Push) -> Node:
    client = sign_in("view_push", "decide_push", "resend_push", name=f"anna{push.pk}")
    return read(client, reverse("admin:engine_push_outcome", args=[push.pk]))


def unknown(kind: str, vendor: str, step: str, *, about: int) -> Push:
    now = timezone.now()
    return Push.objects.create(
        kind=kind,
        vendor=vendor,
        step=step,
        subject_type="fulfillment.label",
        subject_id=about,
        payload={"price": "2.80"},
        state=PushState.UNKNOWN,
        unknown_since=now,
        settles_at=now,
        next_at=now,
    )


def test_every_kind_that_writes_is_in_the_table() -> None:
    ours = {kind for kind in PUSH_HANDLERS if not kind.startswith("toy.")}
    assert {kind for kind, *_rest in STEPS} == ours - READING


@pytest.mark.parametrize(("kind", "vendor", "step", "recovery"), STEPS, ids=[f"{one[0]} {one[2]}" for one in STEPS])
def test_the_page_promises_what_the_kind_does(
    kind: str, vendor: str, step: str, recovery: Recovery, sign_in: SignIn, label: Label
) -> None:
    push = unknown(kind, vendor, step, about=label.pk)
    page = ask(sign_in, push)
    assert [one for one, words in PROMISES.items() if words in page.text] == [recovery]
    cannot_be_searched = recovery in (Recovery.PERSON, Recovery.CALLBACK)
    yes, no = page.find(id="choice-yes"), page.find(id="choice-no")
    assert yes is not None
    assert no is not None
    assert ("data-advised" in yes.attributes) == cannot_be_searched
    assert "data-advised" not in no.attributes
    assert any(words in no.text for words in TWICE) == cannot_be_searched
    assert ("Search now" in page.text) == (recovery in (Recovery.SEARCH, Recovery.ASK_ANEW))


@pytest.mark.parametrize(
    ("outcome", "words", "is_advised"),
    [
        (None, "the request may have been sent", False),
        ({"status": None, "error": "was lost"}, "The request was sent, but no answer came", False),
        ({"status": 200, "answer": "<html>"}, "answered with 200, but the answer cannot be read: it has acted", True),
        ({"status": 201, "error": "was lost"}, "answered with 201, but the connection broke during the answer", True),
        ({"status": 500}, "answered with a server error (500)", False),
        ({"status": 302}, "answered with 302, which does not show", False),
    ],
)
def test_the_page_says_what_was_recorded(
    outcome: dict[str, object] | None, words: str, is_advised: bool, sign_in: SignIn, label: Label
) -> None:
    push = unknown("orders.place", MERCHANT, "create", about=label.pk)
    earlier = timezone.now() - timedelta(seconds=5)
    record = {"push": push, "step": "create", "method": "POST", "started_at": earlier}
    PushAttempt.objects.create(**record, url="http://vendor/oauth/token", status=200)
    if outcome is not None:
        PushAttempt.objects.create(**record, url="http://vendor/v1/orders", has_effect=True, **outcome)
    page = ask(sign_in, push)
    evidence, yes = page.find(id="evidence"), page.find(id="choice-yes")
    assert evidence is not None
    assert yes is not None
    assert words in evidence.text
    assert ("data-advised" in yes.attributes) == is_advised
    # A request for a token is not the one in question.
    assert ("http://vendor/v1/orders" in page.text) == (outcome is not None)
    assert "oauth/token" not in page.text

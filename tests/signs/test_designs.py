"""A shopper finishes a design and waits: one product, one id, whatever comes how often."""

import threading
import time
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from backoffice.accounts.models import Shop
from backoffice.engine.models import Callback, FileDeletion, Push
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.services.callbacks import replay_callbacks, work_due_callbacks
from catalog.models import CustomPicture, CustomProduct
from tests.signs.desk import design, make_shop, product_body, tell

pytestmark = pytest.mark.django_db


def test_the_answer_is_our_id_and_the_product_is_kept(client: Client, shop: Shop) -> None:
    answer = tell(client, "product-created", product_body())
    product = CustomProduct.objects.get()
    assert (answer.status_code, answer.json()) == (200, {"external_id": product.external_id})
    assert product.external_id.startswith("sgn_")
    assert (product.shop, product.vendor_id, product.title) == (shop, "1", "Neon heart")
    assert (product.price, product.compare_price, product.currency) == (Decimal(119), Decimal(150), "EUR")
    assert product.description_html == "<p>Pink <b>heart</b></p>"
    assert product.external_data == {"font": "Yellowtail"}
    assert (product.customiser_id, product.logo_upload_id) == ("7", "")
    assert product.pictures.get().next_at is not None
    callback = Callback.objects.get()
    assert (callback.state, callback.subject_id, callback.next_at) == (CallbackState.APPLIED, product.pk, None)


def test_it_needs_no_worker_and_none_is_rung_for(client: Client, shop: Shop, settings: Settings) -> None:
    settings.CELERY_BROKER_URL = settings.REDIS_URL = "redis://127.0.0.1:1/0"
    started = time.monotonic()
    assert tell(client, "product-created", product_body()).status_code == 200
    assert time.monotonic() - started < 1
    assert work_due_callbacks() == 0


@pytest.mark.parametrize(("currency", "price"), [("JPY", "11900"), ("KWD", "11.9"), ("EUR", "119")])
def test_amounts_follow_the_shops_currency(client: Client, currency: str, price: str) -> None:
    make_shop(currency=currency)
    tell(client, "product-created", product_body())
    assert CustomProduct.objects.get().price == Decimal(price)


def test_a_repeat_gives_the_same_id_and_changes_nothing(client: Client, shop: Shop) -> None:
    first = tell(client, "product-created", product_body()).json()
    before = CustomProduct.objects.values().get()
    assert tell(client, "product-created", product_body()).json() == first
    assert tell(client, "product-created", product_body(title="Other words, same time")).json() == first
    assert CustomProduct.objects.values().get() == before
    assert Callback.objects.get(seen=2)


def test_a_newer_word_of_the_vendor_counts_and_an_older_does_not(client: Client, shop: Shop) -> None:
    first = tell(client, "product-created", product_body()).json()
    newer = product_body(
        title="Bigger heart",
        price=20000,
        updated_at="2026-11-20T11:30:00+00:00",
        product_image_url="https://c.example.com/2",
    )
    picture = CustomProduct.objects.get().pictures.get()
    CustomPicture.objects.filter(pk=picture.pk).update(path="custom/1")
    older = product_body(title="Old", updated_at="2026-11-19T11:30:00+00:00")
    assert [tell(client, "product-created", body).json() for body in (newer, older)] == [first, first]
    product = CustomProduct.objects.get()
    assert (product.title, product.price) == ("Bigger heart", Decimal(200))
    assert product.pictures.get().url == "https://c.example.com/2"
    assert [row.path for row in FileDeletion.objects.all()] == ["custom/1"], "the copy of the former picture goes"


def test_a_forged_call_leaves_nothing(client: Client, shop: Shop) -> None:
    answer = tell(client, "product-created", product_body(), secret="guess")
    assert (answer.status_code, answer.json()) == (401, {"message": "Unauthenticated."})
    assert not Callback.objects.exists()
    assert not CustomProduct.objects.exists()


HOSTILE = [
    b"", b"\x00", b"\xff\xfe", b"[" * 100_000, b'{"product": ' * 20_000, b"{}", b'{"product": {"product_id": []}}',
    b'{"product": {"product_id": 1, "title": "\\u0000"}}', b'{"product": {"product_id": 1, "title": "\\ud800"}}',
    b'{"product": {"product_id": 1, "price": ' + b"9" * 5000 + b"}}",
    b'{"product": {"product_id": 1, "price": 1e999}}',
    b'{"product": {"product_id": 1, "external_data": ' + b"[" * 900 + b"]" * 900 + b"}}",
]  # fmt: skip


@pytest.mark.parametrize("body", HOSTILE)
def test_hostile_bytes_are_kept_and_refused(client: Client, shop: Shop, body: bytes) -> None:
    assert tell(client, "product-created", body).status_code == 422
    assert bytes(Callback.objects.get().body) == body
    assert Callback.objects.get().state == CallbackState.INVALID
    assert not CustomProduct.objects.exists()


@pytest.mark.parametrize(
    "facts",
    [
        {"external_data": {"n": 10**300, "f": 1e300, "t": "\u2028"}}, {"title": "x" * 5000},
        {"description_html": "<b>" * 30_000}, {"product_image_url": "javascript:alert(1)"}, {"created_at": "yesterday"},
        {"price": None, "compare_price": None}, {"uploads": [{"url": None}, {}]}, {"product_id": "a-text"},
    ],
)  # fmt: skip
def test_odd_facts_do_not_turn_a_shopper_away(client: Client, shop: Shop, facts: dict[str, object]) -> None:
    assert tell(client, "product-created", product_body(**facts)).status_code == 200


def test_a_body_that_is_too_large_is_refused(client: Client, shop: Shop) -> None:
    assert tell(client, "product-created", b"x" * (1024 * 1024 + 1)).status_code == 413
    assert not Callback.objects.exists()


def test_the_address_names_the_shop_where_several_sell_signs(client: Client, shop: Shop) -> None:
    other = make_shop("ART")
    make_shop("PEN", sign_integration_id=None)
    assert tell(client, "product-created", product_body(2), tail="ART/").status_code == 200
    assert CustomProduct.objects.get().shop == other
    assert Callback.objects.get().recipient == "ART"
    for number, tail in enumerate(("", "PEN/", "NONE/"), start=3):
        answer = tell(client, "product-created", product_body(number), tail=tail)
        assert answer.status_code == 422
        assert "shop" in answer.json()["message"]
    assert CustomProduct.objects.count() == 1
    assert Callback.objects.filter(state=CallbackState.INVALID).count() == 3


def test_what_was_refused_for_its_shop_is_taken_when_it_comes_again(client: Client, shop: Shop) -> None:
    Shop.objects.update(sign_integration_id=None)
    assert tell(client, "product-created", product_body()).status_code == 422
    Shop.objects.update(sign_integration_id=42)
    assert tell(client, "product-created", product_body()).status_code == 200
    assert Callback.objects.get().state == CallbackState.APPLIED


def test_a_worker_makes_up_for_an_answer_that_was_lost_and_a_replay_changes_nothing(client: Client, shop: Shop) -> None:
    first = tell(client, "product-created", product_body()).json()
    CustomPicture.objects.all().delete()
    CustomProduct.objects.all().delete()
    # As it stands when the process is killed right after storing.
    Callback.objects.update(state=CallbackState.NEW, next_at=timezone.now())
    assert work_due_callbacks() == 1
    product = CustomProduct.objects.get()
    assert product.external_id != first["external_id"]
    replay_callbacks(Callback.objects.all())
    work_due_callbacks()
    assert CustomProduct.objects.get() == product
    assert tell(client, "product-created", product_body()).json() == {"external_id": product.external_id}


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_fifty_at_once_get_one_id(shop: Shop) -> None:
    answers: list[object] = []
    start = threading.Barrier(50)

    def ask() -> None:
        start.wait()
        try:
            answers.append(tell(Client(), "product-created", product_body()).json()["external_id"])
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [CustomProduct.objects.get().external_id] * 50
    assert Callback.objects.get().seen == 50
    assert CustomPicture.objects.count() == 1


def test_without_the_constraint_there_would_be_two(shop: Shop) -> None:
    """The control: what keeps fifty apart is the database's rule, not our order of looking and making."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE catalog_customproduct DROP CONSTRAINT one_custom_product_per_vendor_id")
    design(shop)
    CustomProduct.objects.bulk_create(
        [CustomProduct(shop=shop, vendor="sign-customiser", vendor_id="1")], ignore_conflicts=True
    )
    assert CustomProduct.objects.count() == 2


def test_nothing_is_queued_for_a_design(client: Client, shop: Shop) -> None:
    tell(client, "product-created", product_body())
    assert not Push.objects.exists()


def test_the_same_call_to_the_address_that_was_mended_is_answered(client: Client) -> None:
    make_shop("WEB")
    other = make_shop("ETC", sign_integration_id=43)
    assert tell(client, "product-created", product_body()).status_code == 422
    answer = tell(client, "product-created", product_body(), tail="ETC/")
    assert answer.status_code == 200, answer.json()
    assert CustomProduct.objects.get().shop == other
    assert tell(client, "product-created", product_body(), tail="ETC/").json() == answer.json()

"""A draft from the first letter to the order: kept, priced, checked, placed once."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from backoffice.accounts.models import FurtherMarket, Shop
from backoffice.engine.models import Push
from backoffice.errors import Conflict, IllegalTransition, InvalidInput
from catalog.models import Availability, MarketPrices, Variant
from orders.drafts.models import DraftOrder, new_reference
from orders.drafts.services.clearing import clear_old_drafts
from orders.drafts.services.contents import DraftContent, keep_content, read_content
from orders.drafts.services.editing import DraftChanged, delete_draft, save_draft
from orders.drafts.services.placing import place_draft
from orders.drafts.services.repeating import repeat_content
from orders.drafts.services.reviewing import review_draft
from orders.models import HoldReason, Order, OrderState
from orders.services.intake.judging import OrderRefused
from orders.services.lifecycle import cancel_order
from tests.api.storefront import CARD, PEN, build_order, make_catalog, make_storefront

FILE = {"url": "https://files.example.com/a4.pdf", "type": "front"}
REVIEW_QUERIES = 8
RECIPIENT = {"firstname": "Jana", "lastname": "Größer", "street": "Hauptstraße 42", "zip": "10115", "city": "Berlin"}


@pytest.fixture
def shop(db: None) -> Shop:
    return make_storefront().shop


@pytest.fixture(autouse=True)
def catalog(db: None) -> dict[str, Variant]:
    return make_catalog()


def content(*lines: dict[str, Any], **changes: Any) -> DraftContent:
    given = {
        "customer": {"email": "jana@example.com", "firstname": "Jana", "lastname": "Größer"},
        "recipient": RECIPIENT | {"country_code": "DE"},
        "lines": [{"reference": str(n), **line} for n, line in enumerate(lines or [{"sku": PEN, "quantity": "50"}], 1)],
    }
    return read_content(given | changes)


def save(shop: Shop, what: DraftContent, **changes: Any) -> DraftOrder:
    given: dict[str, Any] = {"version": 0, "editor": "page", "actor": "clara"} | changes
    return save_draft(given.pop("reference", new_reference()), what, shop=shop, **given)


def test_a_draft_is_kept_as_it_was_typed(shop: Shop) -> None:
    draft = save(shop, content({"sku": PEN, "quantity": "fifty", "unit_price": "1,2o"}, total="about 80"))
    draft.refresh_from_db()
    kept = read_content(draft.content)
    assert (kept.lines[0].quantity, kept.lines[0].unit_price, kept.total) == ("fifty", "1,2o", "about 80")
    assert (draft.customer, draft.email, draft.line_count, draft.version) == ("Jana Größer", "jana@example.com", 1, 1)


def test_a_line_without_a_price_is_sold_at_the_catalogues_price_for_its_quantity(shop: Shop) -> None:
    few, many = (review_draft(content({"sku": PEN, "quantity": text}), shop=shop).lines[0] for text in ("10", "1.000"))
    assert (few.priced.unit_price, few.priced.listed and few.priced.listed.tier_quantity) == (Decimal("1.5000"), 1)
    assert (many.total, many.margin, many.margin_percent) == (Decimal("1290.00"), Decimal("790.00"), 61)


def test_numbers_are_read_in_every_european_way_and_never_guessed(shop: Shop) -> None:
    review = review_draft(content({"sku": PEN, "quantity": "50", "unit_price": "1,30 €"}), shop=shop)
    assert review.lines[0].priced.unit_price == Decimal("1.30")
    review = review_draft(content({"sku": PEN, "quantity": "50", "unit_price": "1,234"}), shop=shop)
    assert "is ambiguous" in review.errors["lines[0].unit_price"][0]
    review = review_draft(content({"sku": PEN, "quantity": "50", "unit_price": "$ 5"}), shop=shop)
    assert review.errors["lines[0].unit_price"] == ["The order is in EUR."]


def test_the_total_is_the_sum_of_the_lines_with_tax_unless_one_is_typed(shop: Shop) -> None:
    shop.tax_percent = Decimal(19)
    line = {"sku": PEN, "quantity": "50"}
    assert review_draft(content(line), shop=shop).total == Decimal("89.25")
    assert review_draft(content(line, total="95,20"), shop=shop).total == Decimal("95.20")
    assert save_and_place(shop, content(line, total="95,20")).total == Decimal("95.20")


def test_what_the_vendor_would_refuse_is_said_while_it_is_typed(shop: Shop) -> None:
    review = review_draft(
        content({"sku": CARD, "quantity": "5"}, recipient=RECIPIENT | {"street": "x" * 68, "country_code": "DE"}),
        shop=shop,
    )
    assert set(review.errors) == {"lines[0].files", "recipient.street"}
    long = RECIPIENT | {"street": "Wilhelmshavener Straße 42, Hinterhaus links", "country_code": "DE"}
    assert review_draft(content(recipient=long), shop=shop).suggestions["recipient"] == {
        "street": "Wilhelmshavener Straße 42",
        "care_of": "Hinterhaus links",
    }


def test_stock_that_is_too_small_is_said_and_shared_between_lines(shop: Shop, catalog: dict[str, Variant]) -> None:
    Availability.objects.create(variant=catalog[PEN], fulfiller_id="1", stock_managed=True, stock_qty=60)
    line = {"sku": PEN, "quantity": "40"}
    review = review_draft(content(line, line), shop=shop)
    assert review.lines[0].left == 60
    assert list(review.errors) == ["lines[1].quantity"]


def test_a_review_takes_as_many_queries_for_thirty_lines_as_for_one(
    shop: Shop, catalog: dict[str, Variant], django_assert_num_queries: Any
) -> None:
    Availability.objects.create(variant=catalog[PEN], fulfiller_id="1", stock_managed=True, stock_qty=60)
    for lines in (1, 30):
        typed = content(*[{"sku": PEN, "quantity": "10"}] * lines)
        with django_assert_num_queries(REVIEW_QUERIES):
            review_draft(typed, shop=shop)


def save_and_place(shop: Shop, what: DraftContent) -> Order:
    return place_draft(save(shop, what), actor="clara")


def test_a_placed_draft_is_an_order_like_any_other(shop: Shop) -> None:
    draft = save(shop, content())
    order = place_draft(draft, actor="clara")
    order.refresh_from_db()
    assert (order.state, order.reference, order.total) == (OrderState.RELEASED, draft.reference, Decimal("75.00"))
    assert order.addresses.get().city == "Berlin"
    assert [event.kind for event in order.events.order_by("pk")][:2] == ["order.received", "order.released"]
    assert order.events.filter(kind="order.by_hand", actor="clara").exists()
    assert Push.objects.count() == 1


def test_pressed_twice_it_is_placed_once(shop: Shop) -> None:
    draft = save(shop, content())
    first, second = (place_draft(draft, actor="clara") for _press in range(2))
    assert first == second
    assert (Order.objects.count(), Push.objects.count()) == (1, 1)


def test_a_shop_that_looks_first_gets_a_new_order(shop: Shop) -> None:
    shop.release_automatically = False
    shop.save()
    assert save_and_place(shop, content()).state == OrderState.NEW
    assert not Push.objects.exists()


def test_what_is_refused_stays_a_draft_and_may_be_placed_on_hold(shop: Shop) -> None:
    draft = save(shop, content({"sku": "NOPE", "quantity": "5", "unit_price": "2"}))
    with pytest.raises(OrderRefused) as refused:
        place_draft(draft, actor="clara")
    assert list(refused.value.errors) == ["lines[0].sku"]
    draft.refresh_from_db()
    assert draft.order is None
    assert not Order.objects.exists()
    assert not Push.objects.exists()
    assert place_draft(draft, actor="clara", hold_invalid=True).state == OrderState.HELD


def test_an_incomplete_draft_is_refused_by_field(shop: Shop) -> None:
    draft = save(shop, content({"sku": PEN, "quantity": ""}))
    with pytest.raises(InvalidInput) as refused:
        place_draft(draft, actor="clara", hold_invalid=True)
    assert refused.value.errors == {"lines[0].quantity": ["Enter a quantity."]}
    assert not Order.objects.exists()


def test_two_people_do_not_overwrite_each_other(shop: Shop) -> None:
    draft = save(shop, content(), editor="hers")
    save(shop, content({"sku": PEN, "quantity": "70"}), reference=draft.reference, version=1, editor="his", actor="tom")
    with pytest.raises(DraftChanged) as refused:
        save(shop, content({"sku": PEN, "quantity": "90"}), reference=draft.reference, version=1, editor="hers")
    assert refused.value.details["by"] == "tom"
    draft.refresh_from_db()
    assert (draft.version, draft.content["lines"][0]["quantity"]) == (2, "70")


def test_a_page_whose_answer_was_lost_saves_again(shop: Shop) -> None:
    draft = save(shop, content(), editor="page")
    again = save(shop, content({"sku": PEN, "quantity": "70"}), reference=draft.reference, editor="page")
    assert (again.pk, again.version) == (draft.pk, 2)
    assert DraftOrder.objects.count() == 1


def test_a_placed_draft_can_be_neither_changed_nor_deleted(shop: Shop) -> None:
    draft = save(shop, content())
    place_draft(draft, actor="clara")
    with pytest.raises(IllegalTransition):
        save(shop, content(total="1"), reference=draft.reference, version=1)
    with pytest.raises(IllegalTransition):
        delete_draft(draft)
    draft.refresh_from_db()
    assert draft.content["total"] == ""


def test_a_draft_that_is_deleted_meanwhile_is_not_placed(shop: Shop) -> None:
    draft = save(shop, content())
    delete_draft(DraftOrder.objects.get(pk=draft.pk))
    with pytest.raises(Conflict, match="The draft was deleted"):
        place_draft(draft, actor="clara")


def test_a_reference_that_is_no_drafts_begins_none(shop: Shop) -> None:
    with pytest.raises(InvalidInput):
        save(shop, content(), reference="WEB-100001")
    assert not DraftOrder.objects.exists()


def test_groups_of_staff_may_take_orders_or_not(db: None) -> None:
    from django.contrib.auth.models import Group

    call_command("setup_groups", verbosity=0)
    may = {group.name: group.permissions.filter(codename="add_draftorder").exists() for group in Group.objects.all()}
    assert {name for name, allowed in may.items() if allowed} == {"Order desk"}


# --- Once more --------------------------------------------------------------------------------------------------------


def test_an_order_is_repeated_with_all_that_is_made_whatever_became_of_it(shop: Shop) -> None:
    storefront = make_storefront("TWO")
    storefront.place(build_order(lines=[{"sku": CARD, "quantity": 100, "unit_price": "9", "files": [FILE]}]))
    order = Order.objects.get()
    Order.objects.filter(pk=order.pk).update(state=OrderState.CANCELLED, complaint=True)
    again = repeat_content(Order.objects.get())
    assert keep_content(read_content(keep_content(again))) == keep_content(again)
    assert (again.lines[0].quantity, again.lines[0].unit_price, again.total) == ("100", "", "")
    assert not again.customer.accepts_letters
    placed = place_draft(save(storefront.shop, again, repeats=order), actor="clara")
    line = placed.lines.get()
    assert (line.sku, line.quantity, line.unit_price) == (CARD, 100, Decimal("1.2900"))
    assert (placed.state, placed.complaint) == (OrderState.RELEASED, False)
    assert order.events.get(kind="order.repeated").params == {"number": placed.number}


def test_credentials_of_a_repeated_file_stay_out_of_the_draft_and_come_with_its_order(shop: Shop) -> None:
    secret = FILE | {"auth": {"basic": {"username": "u", "password": "canary-pass"}}}
    storefront = make_storefront("TWO")
    storefront.place(build_order(lines=[{"sku": CARD, "quantity": 100, "unit_price": "9", "files": [secret]}]))
    order = Order.objects.get()
    draft = save(storefront.shop, repeat_content(order), repeats=order)
    assert "canary" not in str(draft.content)
    assert place_draft(draft, actor="clara").lines.get().file_credentials["0"]["password"] == "canary-pass"


def test_credentials_go_to_no_other_address(shop: Shop) -> None:
    secret = FILE | {"auth": {"basic": {"username": "u", "password": "canary-pass"}}}
    storefront = make_storefront("TWO")
    storefront.place(build_order(lines=[{"sku": CARD, "quantity": 100, "unit_price": "9", "files": [secret]}]))
    order = Order.objects.get()
    again = repeat_content(order)
    again.lines[0].files[0].url = "https://elsewhere.example.com/a4.pdf"
    assert place_draft(save(storefront.shop, again, repeats=order), actor="clara").lines.get().file_credentials is None


def test_a_repeated_order_is_no_duplicate_of_it_but_two_of_them_are(shop: Shop) -> None:
    shop.duplicate_window_minutes = 60
    shop.save()
    order = save_and_place(shop, content())
    again, twice = (
        place_draft(save(shop, repeat_content(order), repeats=order), actor="clara") for _person in range(2)
    )
    assert again.state == OrderState.RELEASED
    assert twice.holds.get().reason == HoldReason.POSSIBLE_DUPLICATE


def test_a_look_alike_of_the_last_days_is_named_before_the_draft_is_placed(shop: Shop) -> None:
    order = save_and_place(shop, content())
    typed = content({"sku": PEN, "quantity": "60"}, recipient=RECIPIENT | {"street": "Nebenstraße 1"})
    assert review_draft(typed, shop=shop).alike == [order]
    # Not for other things or another customer, nor of the one that is repeated on purpose, nor for ever.
    assert review_draft(content({"sku": CARD, "quantity": "100"}), shop=shop).alike == []
    other = content(customer={"email": "tom@example.com"}, recipient=RECIPIENT | {"lastname": "Kern"})
    assert review_draft(other, shop=shop).alike == []
    assert review_draft(typed, shop=shop, repeats=order).alike == []
    Order.objects.update(created_at=timezone.now() - timedelta(days=8))
    assert review_draft(typed, shop=shop).alike == []


def test_without_an_email_recipient_and_lines_tell_a_look_alike(shop: Shop) -> None:
    order = save_and_place(shop, content(customer={}))
    assert review_draft(content(customer={}), shop=shop).alike == [order]
    cancel_order(order, actor="clara", reason="")
    assert review_draft(content(customer={}), shop=shop).alike == []


def test_old_drafts_are_cleared_and_what_came_of_them_stays(shop: Shop, settings: Settings) -> None:
    settings.DRAFT_DAYS = 30
    kept, old, placed = save(shop, content()), save(shop, content()), save(shop, content())
    place_draft(placed, actor="clara")
    DraftOrder.objects.exclude(pk=kept.pk).update(updated_at=timezone.now() - timedelta(days=31))
    assert clear_old_drafts() == 2
    assert list(DraftOrder.objects.all()) == [kept]
    assert Order.objects.get().reference == placed.reference
    assert not DraftOrder.objects.filter(pk=old.pk).exists()
    assert clear_old_drafts() == 0


def test_a_draft_in_another_currency_is_priced_checked_and_placed_in_that_market(
    shop: Shop, catalog: dict[str, Variant]
) -> None:
    FurtherMarket.objects.create(shop=shop, currency="USD", countries=[])
    MarketPrices.objects.create(
        variant=catalog[PEN], currency="USD", tiers={"sales": {"1": "2.50"}, "purchase": {"1": "1"}}
    )
    shop.refresh_from_db()
    typed = content(currency="USD")

    review = review_draft(typed, shop=shop)

    assert (review.errors, review.warnings) == ({}, {})
    assert (review.lines[0].priced.unit_price, review.lines[0].margin) == (Decimal("2.50"), Decimal("75.00"))
    order = save_and_place(shop, typed)
    assert (order.currency, order.lines.get().unit_price) == ("USD", Decimal("2.5000"))
    assert repeat_content(order).currency == "USD"
    review = review_draft(content({"sku": PEN, "quantity": "50", "unit_price": "3 €"}, currency="USD"), shop=shop)
    assert review.errors["lines[0].unit_price"] == ["The order is in USD."]


def test_a_draft_in_a_currency_that_the_shop_does_not_sell_in_says_so(shop: Shop) -> None:
    review = review_draft(content(currency="USD"), shop=shop)
    assert "The shop sells in EUR, not in USD." in (review.errors | review.warnings)["currency"]

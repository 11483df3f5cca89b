"""Who gets a card: deliverable US addresses, people who agreed, nobody twice, nobody too soon."""

import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from backoffice.accounts.models import Shop
from backoffice.engine.models import Push
from backoffice.errors import Conflict, IllegalTransition, InvalidInput, Unavailable
from backoffice.sandbox import Sandbox
from orders.marketing.models import CampaignState, CardRecipient, CardState, LeftOut, MailCampaign
from orders.marketing.services.campaigns import recipients
from orders.marketing.services.campaigns.addresses import person_key, split_zip, validate_address
from orders.marketing.services.campaigns.making import cancel_campaign, change_campaign, prepare_campaign
from orders.marketing.services.campaigns.recipients import add_to_campaign, remove_recipient
from orders.marketing.services.campaigns.tables import MOST_BYTES, read_recipients
from orders.models import OrderState
from tests.cards.conftest import make_draft, make_us_order
from tests.orders.rows import make_order

GOOD = {
    "firstname": "Ada", "lastname": "Lovelace", "address1": "1 Main Street", "city": "Boston", "state_code": "MA",
    "zip": "02139-4307", "country": "US",
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, ""),
        ({"country": "USA"}, ""),
        ({"country": ""}, ""),
        ({"state_code": "US-ma"}, ""),
        ({"zip": "02139"}, ""),
        ({"zip": "021394307"}, ""),
        ({"firstname": "", "lastname": "", "organisation": "Engine Ltd"}, ""),
        ({"country": "DE"}, LeftOut.NOT_US),
        ({"state_code": "massachusetts"}, ""),
        ({"state_code": "Ontario"}, LeftOut.BAD_STATE),
        ({"state_code": ""}, LeftOut.BAD_STATE),
        ({"zip": "2139"}, LeftOut.BAD_ZIP),
        ({"zip": "02139-43"}, LeftOut.BAD_ZIP),
        ({"zip": "٠٢١٣٩"}, LeftOut.BAD_ZIP),
        ({"firstname": " ", "lastname": "."}, LeftOut.NO_NAME),
        ({"address1": "-"}, LeftOut.NO_STREET),
        ({"city": ""}, LeftOut.NO_CITY),
        ({"address1": "1 " + "Main " * 50}, LeftOut.TOO_LONG),
    ],
)
def test_an_address_is_deliverable_or_says_what_is_wrong(change: dict[str, str], reason: str) -> None:
    assert validate_address(GOOD | change).reason == reason


def test_zip_plus_four_is_split() -> None:
    address = validate_address(GOOD).address
    assert (address.zip5, address.zip4) == ("02139", "4307")
    assert split_zip("nonsense") == ("nonsense", "")


def test_two_spellings_of_one_person_are_one(db: None) -> None:
    other = {"firstname": "ADA", "lastname": "Lovelacé", "address1": "1 main st.", "zip": "02139"}
    assert validate_address(GOOD | other).key == validate_address(GOOD).key != ""
    assert validate_address(GOOD | {"address1": "2 Main Street"}).key != validate_address(GOOD).key
    assert person_key(validate_address({}).address) == ""


@given(st.dictionaries(st.sampled_from([*GOOD, "organisation", "email", "address2"]), st.text(max_size=300)))
def test_no_text_breaks_the_judgement(texts: dict[str, str]) -> None:
    validated = validate_address(texts)
    assert "\x00" not in "".join(getattr(validated.address, name) for name in validated.address.__struct_fields__)
    assert validated.reason in ("", *LeftOut.values)


def test_an_order_is_listed_once_however_often_it_is_asked_for(db: None) -> None:
    campaign, order = make_draft(), make_us_order()
    first = add_to_campaign(order, campaign_id=campaign.pk, actor="rule:7")
    assert add_to_campaign(order, campaign_id=campaign.pk, actor="rule:7") == first
    assert (first.state, first.added_by, campaign.recipients.count()) == (CardState.LISTED, "rule:7", 1)
    assert not Push.objects.exists()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"accepts_letters": False}, LeftOut.NO_CONSENT),
        ({"state": OrderState.CANCELLED}, LeftOut.CANCELLED),
        ({"address": {"country_code": "CA"}}, LeftOut.NOT_US),
    ],
)
def test_who_may_get_none_is_listed_with_the_reason(changes: dict[str, object], reason: str, db: None) -> None:
    row = add_to_campaign(make_us_order(**changes), campaign_id=make_draft().pk, actor="mara")
    assert (row.state, row.reason) == (CardState.LEFT_OUT, reason)


def test_an_order_abroad_is_left_out_and_not_lost(db: None) -> None:
    campaign = make_draft()
    row = add_to_campaign(make_order(accepts_letters=True), campaign_id=campaign.pk, actor="mara")
    assert (row.reason, row.lastname) == (LeftOut.NOT_US, "Größer")


def test_nobody_is_in_a_campaign_twice(db: None) -> None:
    campaign = make_draft()
    add_to_campaign(make_us_order(1), campaign_id=campaign.pk, actor="mara")
    second = add_to_campaign(make_us_order(1, address={"street": "2 MAIN ST"}), campaign_id=campaign.pk, actor="mara")
    assert (second.state, second.reason) == (CardState.LEFT_OUT, LeftOut.TWICE)
    # Even a caller that forgets to ask is stopped by the database.
    with pytest.raises(IntegrityError), transaction.atomic():
        CardRecipient.objects.create(campaign=campaign, key=second.key, state=CardState.LISTED)


def test_nobody_gets_a_second_card_within_the_shops_pause(db: None) -> None:
    first, second = make_draft(), make_draft(name="Again")
    add_to_campaign(make_us_order(1), campaign_id=first.pk, actor="mara")

    def reason() -> str:
        return add_to_campaign(make_us_order(1), campaign_id=make_draft().pk, actor="mara").reason

    assert add_to_campaign(make_us_order(1), campaign_id=second.pk, actor="mara").reason == LeftOut.RECENT
    now = timezone.now()
    MailCampaign.objects.filter(pk=first.pk).update(state="mailed", mailed_at=now - timedelta(days=89), paid_at=now)
    assert reason() == LeftOut.RECENT
    old = now - timedelta(days=91)
    MailCampaign.objects.filter(pk=first.pk).update(mailed_at=old, paid_at=old)
    assert reason() == ""
    MailCampaign.objects.update(state="cancelled")
    Shop.objects.update(card_pause_days=0)
    assert reason() == ""


def test_another_shops_cards_do_not_count_and_its_orders_do_not_belong(db: None) -> None:
    add_to_campaign(make_us_order(1), campaign_id=make_draft().pk, actor="mara")
    other = make_draft(shop=Shop.objects.create(code="ETC", name="Other shop"))
    order = make_us_order(1)
    with pytest.raises(Conflict):
        add_to_campaign(order, campaign_id=other.pk, actor="mara")
    order.shop = other.shop
    order.save()
    assert add_to_campaign(order, campaign_id=other.pk, actor="mara").state == CardState.LISTED


def test_a_campaign_that_is_no_draft_takes_nobody(sandbox: Sandbox) -> None:
    campaign = make_draft()
    row = add_to_campaign(make_us_order(1), campaign_id=campaign.pk, actor="mara")
    prepare_campaign(campaign, actor="mara")
    with pytest.raises(IllegalTransition):
        add_to_campaign(make_us_order(2), campaign_id=campaign.pk, actor="mara")
    with pytest.raises(IllegalTransition):
        remove_recipient(row, actor="mara")
    with pytest.raises(IllegalTransition):
        change_campaign(campaign, actor="mara", name="Other")
    with pytest.raises(Conflict):
        add_to_campaign(make_us_order(2), campaign_id=10**9, actor="mara")
    assert campaign.recipients.count() == 1


def test_a_campaign_without_recipients_is_not_prepared(db: None) -> None:
    campaign = make_draft()
    with pytest.raises(Conflict):
        prepare_campaign(campaign, actor="mara")
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.DRAFT
    assert not Push.objects.exists()


def test_a_campaign_is_not_prepared_where_the_vendor_is_not_set_up(db: None, settings) -> None:
    settings.LETTRLABS_API_KEY = ""
    campaign = make_draft()
    add_to_campaign(make_us_order(1), campaign_id=campaign.pk, actor="mara")
    with pytest.raises(Unavailable):
        prepare_campaign(campaign, actor="mara")
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.DRAFT
    assert not Push.objects.exists()


def test_a_paid_campaign_cannot_be_cancelled(db: None) -> None:
    campaign = make_draft()
    MailCampaign.objects.update(state="paid", checkout_attempted_at=timezone.now())
    with pytest.raises(IllegalTransition):
        cancel_campaign(campaign, actor="mara")
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.PAID
    assert not Push.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_campaigns_at_once_never_take_the_same_person() -> None:
    campaigns = [make_draft(name="One"), make_draft(name="Two")]
    orders = [make_us_order(1), make_us_order(1)]
    start = threading.Barrier(2)

    def add(place: int) -> None:
        start.wait()
        add_to_campaign(orders[place], campaign_id=campaigns[place].pk, actor="mara")
        connection.close()

    threads = [threading.Thread(target=add, args=(place,)) for place in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(CardRecipient.objects.values_list("reason", flat=True)) == ["", LeftOut.RECENT]


@pytest.mark.django_db
def test_no_way_of_adding_makes_a_campaign_larger_than_it_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = make_draft()
    monkeypatch.setattr(recipients, "MOST_RECIPIENTS", 1)
    add_to_campaign(make_us_order(1), campaign_id=campaign.pk, actor="mara")
    with pytest.raises(InvalidInput, match="at most 1 recipients"):
        add_to_campaign(make_us_order(2), campaign_id=campaign.pk, actor="mara")
    assert campaign.recipients.count() == 1


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "Missing"),
        (b"a,b\n1,2\n", "Missing: address1, city, state, zip"),
        (b"address1,city,state,zip\n", "no rows"),
        (b"address1,city,state,zip\n" + b"x" * 1001 + b",B,MA,02139\n", "Row 2: address1 has more than 1000"),
        (b"PK\x03\x04nonsense", "This workbook cannot be read"),
        (b"\x00\x01", "neither a workbook nor a CSV"),
        (b"x" * (MOST_BYTES + 1), "larger than 5 MB"),
        (b"address1,city,state,zip\n" + b"1 Main,B,MA,02139\n" * 20_001, "at most 20000 rows"),
    ],
)
def test_a_table_that_cannot_be_used_names_what_is_wrong(content: bytes, text: str) -> None:
    with pytest.raises(InvalidInput, match=text):
        read_recipients(content)


def test_the_command_asks_for_all_campaigns_and_lists_problems(sandbox: Sandbox) -> None:
    make_draft()
    MailCampaign.objects.update(problem="Which draft is it?")
    output = StringIO()
    call_command("follow_campaigns", stdout=output)
    assert "0 campaigns asked for" in output.getvalue()
    assert "Which draft is it?" in output.getvalue()

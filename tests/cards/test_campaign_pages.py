"""The staff pages of card campaigns: what they show, who may do what, and what is refused."""

from collections.abc import Callable
from decimal import Decimal
from io import BytesIO

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from backoffice.engine.models import Push
from backoffice.sandbox import Sandbox
from backoffice.sandbox.lettrlabs.app import LettrlabsApp
from orders.marketing.admin.campaign_pages.labels import describe_event
from orders.marketing.models import CampaignEvent, CampaignState, CardState, LeftOut, MailCampaign
from orders.marketing.services.campaigns.making import make_campaign
from orders.marketing.services.campaigns.recipients import add_to_campaign
from orders.models import Order
from tests.admin.desk.conftest import SignIn, sign_in
from tests.admin.inbox import read_inbox
from tests.cards.conftest import confirm, make_draft, make_us_order, settle
from tests.flows.conftest import work_off

__all__ = ["sign_in"]

Make = Callable[..., MailCampaign]
LIST = "/admin/orders/mailcampaign/"
RIGHTS = ("view_mailcampaign", "change_mailcampaign", "view_order")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Proof and price are ready: 1200 cards, $3,360.00."),
        ("de", "Korrekturabzug und Preis liegen vor: 1200 Karten, 3.360,00\xa0$."),
    ],
)
def test_what_cards_cost_is_written_as_the_reader_writes_it(language: str, words: str) -> None:
    campaign = MailCampaign(vendor="lettrlabs")
    event = CampaignEvent(campaign=campaign, kind="proofed", params={"accepted": 1200, "price": "3360.00"})
    with translation.override(language):
        assert describe_event(event) == words


def page(campaign: MailCampaign, name: str = "change") -> str:
    return f"{LIST}{campaign.pk}/{name}/"


@pytest.fixture
def marketing(sign_in: SignIn) -> Client:
    """Make a user who prepares campaigns, and checks none out."""
    return sign_in(*RIGHTS)


@pytest.fixture
def lead(sign_in: SignIn) -> Client:
    return sign_in(*RIGHTS, "check_out_mailcampaign")


def checked_out(client: Client, campaign: MailCampaign, **changes: str) -> object:
    campaign.refresh_from_db()
    shown = {"price": str(campaign.price), "cards": str(campaign.accepted), **changes}
    return client.post(page(campaign, "checkout"), shown, follow=True)


def told(answer: object) -> str:
    return " ".join(str(message) for message in answer.context["messages"])  # type: ignore[attr-defined]


def nothing_queued() -> bool:
    return not Push.objects.filter(kind="orders.check_out_campaign").exists()


def test_a_campaign_is_made_with_a_template_of_the_vendors_list(marketing: Client, sandbox: Sandbox) -> None:
    shop = make_draft().shop
    form = marketing.get(f"{LIST}new/")
    assert "We miss you" in form.content.decode()
    values = {
        "shop": shop.pk, "name": "Spring", "template_id": "12346", "postage": "FirstClass", "speed": "ExpeditedFaster",
        "hold_until": "2027-03-01", "budget": "250.00", "auto_bill": "on", "attribution_days": "60",
    }  # fmt: skip
    answer = marketing.post(f"{LIST}new/", values, follow=True)
    campaign = MailCampaign.objects.get(name="Spring")
    # Next, its recipients are chosen.
    assert answer.redirect_chain[-1][0] == page(campaign, "audience")
    assert (campaign.template_name, campaign.created_by, campaign.auto_bill) == ("We miss you", "mara", True)
    assert str(campaign.hold_until) == "2027-03-01"


def test_where_the_vendor_lists_no_templates_the_number_is_typed(
    marketing: Client, sandbox: Sandbox, vendor: LettrlabsApp
) -> None:
    vendor.options.change(templates_listed=False)
    assert "enter its number" in marketing.get(f"{LIST}new/").content.decode()


def test_orders_are_added_after_a_page_that_says_who_is_left_out(marketing: Client) -> None:
    campaign = make_draft()
    orders = [make_us_order(1), make_us_order(2, accepts_letters=False), make_us_order(3, address={"zip": "?"})]
    orders.append(make_us_order(1))
    keys = {"order": [order.pk for order in orders]}
    preview = marketing.post("/admin/orders/order/cards/", keys)
    assert preview.context["campaign"] == campaign
    # Of two orders of one person the newer stands higher, and is the one that is listed.
    assert [order.pk for order in preview.context["willing"]] == [orders[3].pk]
    text = preview.content.decode()
    for words in ("does not accept letters", "no five-digit ZIP code", "Add 1 recipient"):
        assert words in text
    assert not campaign.recipients.exists()
    marketing.post("/admin/orders/order/cards/add/", {**keys, "campaign": campaign.pk})
    made = {row.order_id: (row.state, row.reason) for row in campaign.recipients.all()}
    assert made == {
        orders[3].pk: (CardState.LISTED, ""),
        orders[0].pk: (CardState.LEFT_OUT, LeftOut.TWICE),
        orders[1].pk: (CardState.LEFT_OUT, LeftOut.NO_CONSENT),
        orders[2].pk: (CardState.LEFT_OUT, LeftOut.BAD_ZIP),
    }


def test_orders_of_which_none_may_get_a_card_are_not_offered_to_be_listed(marketing: Client) -> None:
    make_draft()
    order = make_us_order(2, accepts_letters=False)
    text = marketing.post("/admin/orders/order/cards/", {"order": [order.pk]}).content.decode()
    assert "None of these orders can get a card." in text
    assert "Add 0 recipients" not in text


def test_the_way_to_the_orders_does_not_forget_the_campaign(marketing: Client) -> None:
    first, _newest = make_draft(), make_draft(name="Another")
    order = make_us_order(1)
    link = f"/admin/orders/order/?shop={first.shop_id}&campaign={first.pk}"
    assert link.replace("&", "&amp;") in marketing.get(page(first)).content.decode()
    answer = marketing.post("/admin/orders/order/cards/", {"order": [order.pk], "back": link})
    assert answer.context["campaign"] == first


def test_a_table_is_read_and_what_is_wrong_with_it_is_said(marketing: Client) -> None:
    campaign = make_draft()
    table = (
        "First name,Last name,Address,City,State,ZIP,E-Mail\n"
        "Ada,Lovelace,1 Main Street,Boston,MA,02139-4307,ada@example.com\n"
        "Grace,Hopper,2 Main Street,Boston,Ontario,02139,grace@example.com\n"
        "ADA,LOVELACE,1 main st.,Boston,ma,02139,\n"
    )
    file = SimpleUploadedFile("people.csv", table.encode())
    answer = marketing.post(page(campaign, "table"), {"file": file, "agreed": "on"}, follow=True)
    assert "1 of 3 rows were added." in told(answer)
    rows = campaign.recipients.order_by("pk")
    assert [(row.state, row.reason) for row in rows] == [
        (CardState.LISTED, ""), (CardState.LEFT_OUT, LeftOut.BAD_STATE), (CardState.LEFT_OUT, LeftOut.TWICE),
    ]  # fmt: skip
    assert (rows[0].zip5, rows[0].zip4) == ("02139", "4307")
    file = SimpleUploadedFile("people.csv", b"name\nAda\n")
    answer = marketing.post(page(campaign, "table"), {"file": file, "agreed": "on"}, follow=True)
    assert "Missing: address1, city, state, zip" in told(answer)
    file = SimpleUploadedFile("people.csv", table.encode())
    assert "have agreed" in told(marketing.post(page(campaign, "table"), {"file": file}, follow=True))
    assert campaign.recipients.count() == 3


def test_a_workbook_gives_zip_codes_their_zeros_back(marketing: Client) -> None:
    from openpyxl import Workbook

    campaign, book = make_draft(), Workbook()
    book.active.append(["firstname", "address1", "city", "state", "zip"])
    book.active.append(["Ada", "1 Main Street", "Boston", "MA", 2139])
    content = BytesIO()
    book.save(content)
    file = SimpleUploadedFile("people.xlsx", content.getvalue())
    marketing.post(page(campaign, "table"), {"file": file, "agreed": "on"})
    assert campaign.recipients.get().zip5 == "02139"


def test_the_page_shows_proof_price_and_the_way_to_the_checkout(lead: Client, proofed: Make) -> None:
    campaign = proofed(2)
    text = lead.get(page(campaign)).content.decode()
    for words in ("$5.60", page(campaign, "checkout"), page(campaign, "proof")):
        assert words in text
    proof = lead.get(page(campaign, "proof"))
    assert b"".join(proof.streaming_content).startswith(b"%PDF")
    assert (proof["Content-Type"], proof["X-Frame-Options"]) == ("application/pdf", "SAMEORIGIN")
    assert lead.get(page(campaign))["X-Frame-Options"] == "DENY"


def test_the_checkout_names_campaign_cards_price_and_budget(lead: Client, proofed: Make, vendor: LettrlabsApp) -> None:
    campaign = proofed(42)
    text = lead.get(page(campaign, "checkout")).content.decode()
    assert "Send 42 cards, $117.60" in text
    assert campaign.name in text
    assert "$500.00" in text
    assert "Checked out." in told(checked_out(lead, campaign))
    campaign.refresh_from_db()
    assert (campaign.state, campaign.checkout_by) == (CampaignState.PAYING, "mara")


def assert_refused(answer: object, campaign: MailCampaign, *, words: str) -> None:
    assert words in told(answer)
    campaign.refresh_from_db()
    assert (campaign.state, campaign.checkout_attempted_at) == (CampaignState.PROOFED, None)
    assert nothing_queued()


@pytest.mark.parametrize("changes", [{"price": "5.59"}, {"cards": "3"}, {"price": "x"}, {"cards": ""}])
def test_a_checkout_of_something_else_than_was_shown_is_refused(
    changes: dict[str, str], lead: Client, proofed: Make
) -> None:
    campaign = proofed(2)
    words = "has changed" if set(changes.values()) & {"5.59", "3"} else "page was incomplete"
    assert_refused(checked_out(lead, campaign, **changes), campaign, words=words)


def test_a_checkout_beyond_the_budget_is_refused(lead: Client, proofed: Make) -> None:
    campaign = proofed(2, budget=Decimal("5.00"))
    assert "exceeds the budget" in lead.get(page(campaign, "checkout")).content.decode()
    assert_refused(checked_out(lead, campaign), campaign, words="exceeds the budget")


def test_a_checkout_with_an_old_price_is_refused(lead: Client, proofed: Make) -> None:
    campaign = proofed(1)
    MailCampaign.objects.update(priced_at=timezone.now() - timezone.timedelta(hours=2))
    assert_refused(checked_out(lead, campaign), campaign, words="more than an hour old")


def test_a_checkout_while_it_is_switched_off_is_refused_in_words(lead: Client, proofed: Make, settings) -> None:
    campaign = proofed(1)
    settings.LETTRLABS_CHECKOUT = False
    assert "LETTRLABS_CHECKOUT=0" in lead.get(page(campaign, "checkout")).content.decode()
    assert_refused(checked_out(lead, campaign), campaign, words="LETTRLABS_CHECKOUT=0")


def test_a_difference_between_submitted_and_accepted_has_to_be_ticked(
    lead: Client, sandbox: Sandbox, fill: Make, vendor: LettrlabsApp
) -> None:
    campaign = fill(2)
    add_to_campaign(make_us_order(9, address={"zip": "99999"}), campaign_id=campaign.pk, actor="mara")
    lead.post(page(campaign, "prepare"))
    work_off()
    assert "I accept this" in lead.get(page(campaign, "checkout")).content.decode()
    assert_refused(checked_out(lead, campaign), campaign, words="Confirm that this is right")
    checked_out(lead, campaign, accept_difference="1")
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.PAYING


def test_who_may_not_check_out_neither_sees_nor_does_it(marketing: Client, proofed: Make) -> None:
    campaign = proofed(1)
    assert page(campaign, "checkout") not in marketing.get(page(campaign)).content.decode()
    assert marketing.get(page(campaign, "checkout")).status_code == 403
    assert marketing.post(page(campaign, "checkout"), {"price": "2.80", "cards": "1"}).status_code == 403
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.PROOFED
    assert nothing_queued()


@pytest.mark.parametrize("name", ["prepare", "reopen", "cancel", "table", "remove", "link", "deny", "discard"])
def test_who_may_only_look_changes_nothing(name: str, sign_in: SignIn, proofed: Make) -> None:
    campaign = proofed(1)
    reader = sign_in("view_mailcampaign")
    assert reader.get(page(campaign)).status_code == 200
    assert reader.post(page(campaign, name)).status_code == 403
    assert reader.get(f"{LIST}new/").status_code == 403
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.PROOFED
    assert sign_in(name="tom").get(page(campaign)).status_code == 403


def test_a_ready_campaign_is_mailed_otherwise_and_asks_for_the_price_again(marketing: Client, proofed: Make) -> None:
    campaign = proofed(2)
    values = {"postage": "FirstClass", "speed": "Normal", "budget": "500.00", "attribution_days": "90"}
    marketing.post(page(campaign, "edit"), values)
    work_off()
    campaign.refresh_from_db()
    assert (campaign.state, campaign.price) == (CampaignState.PROOFED, Decimal("6.50"))


def test_results_are_drawn_and_recipients_filtered(
    lead: Client, proofed: Make, sandbox: Sandbox, vendor: LettrlabsApp, payer: User
) -> None:
    vendor.options.change(undeliverable_every=2, scan_every=3)
    campaign = confirm(proofed(3), payer)
    work_off()
    settle(sandbox, campaign)
    settle(sandbox, campaign, seconds=60)
    answer = lead.get(page(campaign))
    steps = {str(step["word"]): step["count"] for step in answer.context["funnel"]}
    assert steps == {
        "Mailed": 3, "In transit": 3, "At the local facility": 2, "Delivered": 2, "Undeliverable": 1
    }  # fmt: skip
    shown = lead.get(page(campaign), {"delivery": "undeliverable"}).context["rows"]
    assert [row.recipient.lastname for row in shown] == ["Doe1"]
    assert [row.recipient.lastname for row in lead.get(page(campaign), {"scanned": "1"}).context["rows"]] == ["Doe2"]
    assert [row.recipient.lastname for row in lead.get(page(campaign), {"q": "doe0"}).context["rows"]] == ["Doe0"]


def test_pages_ask_the_database_a_constant_number_of_times(lead: Client, db: None) -> None:
    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert lead.get(address).status_code == 200
        return len(caught)

    first = make_draft()
    add_to_campaign(make_us_order(1), campaign_id=first.pk, actor="mara")
    queries(LIST)
    before = {address: queries(address) for address in (LIST, page(first))}
    for number in range(2, 14):
        other = make_campaign(
            actor="mara", shop=first.shop, name=f"Campaign {number}", template_id=1, budget=Decimal(1)
        )
        add_to_campaign(make_us_order(number + 100), campaign_id=other.pk, actor="mara")
        add_to_campaign(make_us_order(number), campaign_id=first.pk, actor="mara")
    assert {address: queries(address) for address in before} == before
    assert before[LIST] <= 15
    assert before[page(first)] <= 18


def test_a_failed_payment_and_an_unclear_draft_are_on_the_home_page(
    sign_in: SignIn, proofed: Make, sandbox: Sandbox, vendor: LettrlabsApp, payer: User
) -> None:
    vendor.options.change(payment="fails")
    campaign = confirm(proofed(1), payer)
    work_off()
    settle(sandbox, campaign)
    home = read_inbox(sign_in(*RIGHTS, "view_push"))
    assert "Campaigns that need attention" in home
    assert page(campaign) in home


def test_hostile_numbers_are_not_found(lead: Client, db: None) -> None:
    assert lead.get(f"{LIST}{10**30}/change/").status_code in (302, 404)
    order = Order.objects.count()
    answer = lead.post("/admin/orders/order/cards/", {"order": ["9" * 40, "x", "-1"], "campaign": "9" * 40})
    assert answer.status_code == 200
    assert Order.objects.count() == order

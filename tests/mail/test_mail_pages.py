"""The staff pages of mail: what is on, what it says, what a person decides."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.accounts.models import Shop
from backoffice.mail.models import Mail, MailState, MailTemplate, ShopMail, StaffMail
from orders.conversation.models import EnquiryReply
from orders.models import Enquiry
from tests.orders.rows import make_order
from tests.sights import SEES

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


@pytest.fixture
def sign_in() -> SignIn:
    def make(*codenames: str) -> Client:
        user = User.objects.create_user("mara", "mara@shop.example", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=(*codenames, *SEES)))
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def keeper(sign_in: SignIn) -> Client:
    return sign_in("view_mail", "view_shopmail", "change_shopmail", "change_mailtemplate", "decide_mail")


def of_shop() -> str:
    return reverse("admin:mail_shopmail_shop", args=["WEB"])


def template(language: str = "de", name: str = "template") -> str:
    return reverse(f"admin:mail_shopmail_{name}", args=["WEB", "order.shipped", language])


def test_kinds_are_switched_on_for_a_shop(keeper: Client) -> None:
    Shop.objects.create(code="WEB", name="<b>Web</b>")
    assert "checked" not in keeper.get(of_shop()).content.decode()
    given = {"kinds": ["order.shipped", "staff.digest"], "sender_name": "Web", "reply_to": "help@shop.example"}
    assert keeper.post(of_shop(), given).status_code == 200  # a kind for staff is none of customers
    assert not ShopMail.objects.exists()
    keeper.post(of_shop(), given | {"kinds": ["order.shipped"]})
    row = ShopMail.objects.get()
    assert (row.kinds, row.sender_name, row.reply_to, row.changed_by) == (
        ["order.shipped"],
        "Web",
        "help@shop.example",
        "mara",
    )
    assert "<b>Web" not in keeper.get(of_shop()).content.decode()


def test_who_may_only_look_switches_nothing(sign_in: SignIn) -> None:
    Shop.objects.create(code="WEB", name="Web")
    reader = sign_in("view_mail", "view_shopmail")
    assert reader.get(of_shop()).status_code == 200
    assert reader.post(of_shop(), {"kinds": ["order.shipped"]}).status_code == 403
    assert reader.post(template(), {"subject_line": "x", "body": "y", "revision": 0}).status_code == 403
    assert not ShopMail.objects.exists()
    assert not MailTemplate.objects.exists()


def test_a_template_is_previewed_saved_and_set_back(keeper: Client) -> None:
    Shop.objects.create(code="WEB", name="Web")
    assert "Ihre Bestellung 4711 ist unterwegs" in keeper.get(template()).content.decode()
    words = {"subject_line": "Los geht's, {{ reference }}", "body": "{{ customer_name }} <b>", "revision": 0}
    shown = keeper.post(template(name="preview"), words).content.decode()
    assert "Los geht&#x27;s, 4711" in shown
    assert "Jana Größer &lt;b&gt;" in shown
    keeper.post(template(), words)
    assert MailTemplate.objects.get().changed_by == "mara"
    keeper.post(template(name="reset"))
    assert not MailTemplate.objects.exists()


def test_an_unknown_variable_is_an_error_in_the_editor_and_nothing_is_saved(keeper: Client) -> None:
    Shop.objects.create(code="WEB", name="Web")
    words = {"subject_line": "Hello", "body": "{{ traking_code }} my words", "revision": 0}
    for address in (template(), template(name="preview")):
        shown = keeper.post(address, words).content.decode()
        assert "Did you mean “tracking_code”?" in shown
    assert "my words" in keeper.post(template(), words).content.decode()
    assert not MailTemplate.objects.exists()


@pytest.mark.parametrize(
    "address", ["WEB/order.shipped/xx/", "WEB/staff.digest/en/", "WEB/nothing/en/", "NO/order.shipped/en/"]
)
def test_what_is_not_there_is_not_found(keeper: Client, address: str) -> None:
    Shop.objects.create(code="WEB", name="Web")
    assert keeper.get(f"/admin/mail/shopmail/{address}").status_code == 404


def test_everybody_chooses_their_own_mails(sign_in: SignIn) -> None:
    client, page = sign_in(), reverse("admin:mail_staffmail_changelist")
    assert "mara@shop.example" in client.get(page).content.decode()
    client.post(page, {"kinds": ["staff.mention"], "language": "de"})
    row = StaffMail.objects.get()
    assert (row.user.username, row.kinds, row.language) == ("mara", ["staff.mention"], "de")


def words_of_staff(name: str = "template") -> str:
    return reverse(f"admin:mail_mailtemplate_{name}", args=["staff.digest", "de"])


def test_what_staff_get_is_written_by_staff_with_a_preview_in_each_language(keeper: Client) -> None:
    page = reverse("admin:mail_mailtemplate_changelist")
    assert words_of_staff() in keeper.get(page).content.decode()
    assert "Guten Morgen Mara" in keeper.get(words_of_staff()).content.decode()
    words = {"subject_line": "Heute", "body": "Moin {{ name }} <b>\n\n{{ link }}", "revision": 0}
    assert "Moin Mara &lt;b&gt;" in keeper.post(words_of_staff("preview"), words).content.decode()
    keeper.post(words_of_staff(), words)
    row = MailTemplate.objects.get()
    assert (row.shop, row.kind, row.language, row.changed_by) == (None, "staff.digest", "de", "mara")
    assert "own text" in keeper.get(page).content.decode()
    stale = keeper.post(words_of_staff(), words | {"body": "Lost {{ name }}"}).content.decode()
    assert "mara has saved this template in the meantime" in stale
    assert "Lost" in stale
    keeper.post(words_of_staff("reset"))
    assert not MailTemplate.objects.exists()


def test_who_may_only_look_writes_nothing_to_staff(sign_in: SignIn) -> None:
    reader = sign_in("view_shopmail")
    assert reader.get(words_of_staff()).status_code == 200
    assert reader.post(words_of_staff(), {"subject_line": "x", "body": "y", "revision": 0}).status_code == 403
    assert reader.post(words_of_staff("reset")).status_code == 403
    assert not MailTemplate.objects.exists()


def test_who_may_not_see_mails_sees_no_texts_of_staff(sign_in: SignIn) -> None:
    client = sign_in("view_mail")
    assert client.get(words_of_staff()).status_code == 403
    assert client.get(reverse("admin:mail_mailtemplate_changelist")).status_code == 403


@pytest.mark.parametrize("address", ["staff.digest/fr/", "order.shipped/en/", "nothing/en/"])
def test_other_words_of_staff_are_not_found(keeper: Client, address: str) -> None:
    assert keeper.get(f"/admin/mail/mailtemplate/staff/{address}").status_code == 404


def test_every_kind_is_off_and_switched_on_one_page_without_touching_what_others_switch(keeper: Client) -> None:
    shops = [Shop.objects.create(code=code, name=f"<b>{code}") for code in ("WEB", "DIY")]
    page = reverse("admin:mail_mailtemplate_changelist")
    shown = keeper.get(page).content.decode()
    assert "checked" not in shown
    assert "<b>WEB" not in shown
    keeper.post(page, {"on": [f"{shops[1].pk}:staff.digest", "me:order.shipped", "9:order.shipped"]})
    assert not ShopMail.objects.exists()  # a kind for staff is none of customers
    keeper.post(page, {"on": [f"{shops[0].pk}:order.shipped", "me:staff.digest"]})
    assert list(ShopMail.objects.values_list("shop__code", "kinds")) == [("WEB", ["order.shipped"])]
    assert StaffMail.objects.get().kinds == ["staff.digest"]
    ShopMail.objects.filter(shop=shops[0]).update(kinds=["order.received", "order.shipped"], sender_name="Ours")
    keeper.post(page, {"shown": [f"{shops[0].pk}:order.shipped", "me:staff.digest"], "on": []})
    row = ShopMail.objects.get(shop=shops[0])
    assert (row.kinds, row.sender_name, row.changed_by) == (["order.received"], "Ours", "mara")
    assert StaffMail.objects.get().kinds == []


def test_who_may_only_look_switches_their_own_mails_only(sign_in: SignIn) -> None:
    shop, reader = Shop.objects.create(code="WEB", name="Web"), sign_in("view_shopmail")
    page = reverse("admin:mail_mailtemplate_changelist")
    reader.post(page, {"on": [f"{shop.pk}:order.shipped"]})
    reader.post(page, {"on": ["me:staff.digest"]})
    assert not ShopMail.objects.exists()
    assert StaffMail.objects.get().kinds == ["staff.digest"]


def mail(number: int, state: MailState = MailState.UNKNOWN) -> Mail:
    return Mail.objects.create(
        kind="order.received",
        subject_type="orders.order",
        subject_id=make_order().pk,
        recipient=f"c{number}@example.com",
        language="en",
        state=state,
        needs_attention=state in (MailState.UNKNOWN, MailState.FAILED),
        subject_line="<b>Hello</b>",
        text="<script>",
        created_by="system",
    )


def test_a_person_decides_on_the_page_of_the_mail(keeper: Client) -> None:
    row = mail(1)
    shown = keeper.get(reverse("admin:mail_mail_change", args=[row.pk])).content.decode()
    assert "Did this e-mail arrive?" in shown
    assert "<script>" not in shown.partition("mail-text")[2]
    keeper.post(reverse("admin:mail_mail_settle", args=[row.pk]), {"choice": "arrived"})
    row.refresh_from_db()
    assert (row.state, row.decided_by, row.needs_attention) == (MailState.SENT, "mara", False)
    keeper.post(reverse("admin:mail_mail_again", args=[row.pk]))
    row.refresh_from_db()
    assert row.state == MailState.SENT  # nothing was left to decide


def test_the_list_is_filtered_and_needs_as_many_queries_for_one_mail_as_for_thirty(keeper: Client) -> None:
    listing = reverse("admin:mail_mail_changelist")
    mail(1)
    mail(2, MailState.SENT)
    assert "c2@" not in keeper.get(listing, {"attention": "1"}).content.decode()
    assert "c1@" not in keeper.get(listing, {"q": "c2@example.com"}).content.decode()
    with CaptureQueriesContext(connection) as few:
        keeper.get(listing)
    for number in range(3, 33):
        mail(number)
    with CaptureQueriesContext(connection) as many:
        keeper.get(listing)
    assert len(many) == len(few)


def test_an_enquiry_is_answered_by_mail_and_done(sign_in: SignIn) -> None:
    client = sign_in("view_enquiry", "change_enquiry")
    shop = Shop.objects.create(code="WEB", name="Web")
    enquiry = Enquiry.objects.create(
        vendor="sign-customiser", vendor_id="7", shop=shop, name="Nora", email="nora@example.com", subject="A sign"
    )
    page, reply = (reverse(f"admin:orders_enquiry_{name}", args=[enquiry.pk]) for name in ("change", "reply"))
    assert "switched off for Web" in client.get(page).content.decode()
    client.post(reply, {"text": "Yes"})
    assert not EnquiryReply.objects.exists()
    ShopMail.objects.create(shop=shop, kinds=["enquiry.reply"], changed_by="mara")
    client.post(reply, {"text": "Yes, up to two metres."})
    row = Mail.objects.get()
    enquiry.refresh_from_db()
    assert (row.recipient, row.kind, enquiry.done_by) == ("nora@example.com", "enquiry.reply", "mara")
    assert "Yes, up to two metres." in client.get(page).content.decode()


def test_the_groups_have_what_they_need() -> None:
    call_command("setup_groups", verbosity=0)
    rights = set(Permission.objects.filter(group__name="Order desk").values_list("codename", flat=True))
    assert {"add_comment", "mail_customer", "decide_mail", "view_mail"} <= rights
    readers = set(Permission.objects.filter(group__name="Read only").values_list("codename", flat=True))
    assert not {"add_comment", "mail_customer", "decide_mail", "change_shopmail"} & readers

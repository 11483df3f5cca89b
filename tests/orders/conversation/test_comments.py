"""Comments: kept once, edited by their author only, read by who may, and who is named is told."""

import uuid
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.accounts.models import ApiKey, Shop
from backoffice.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed
from backoffice.mail.models import Mail
from backoffice.mail.services.choices import choose_for_shop, choose_for_staff
from backoffice.mail.services.kinds import MAIL_KINDS
from orders.conversation.models import Comment, Mention
from orders.conversation.services.comments import edit_comment, write_comment, write_to_customer
from orders.conversation.services.mentions import highlight_names, mark_read, named_staff
from orders.models import Order
from orders.services.annotations import assign_order, write_note
from tests.orders.rows import make_order
from tests.sights import SEES

pytestmark = pytest.mark.django_db
Person = Callable[..., User]


@pytest.fixture
def person(db: None) -> Person:
    """Return staff who may see orders and comment on them."""

    def make(name: str, *codenames: str) -> User:
        user = User.objects.create_user(name, f"{name}@shop.example", is_staff=True, first_name=name.title())
        names = codenames or ("view_order", "add_comment", "mail_customer")
        user.user_permissions.set(Permission.objects.filter(codename__in=(*names, *SEES)))
        return user

    return make


@pytest.fixture
def mara(person: Person) -> User:
    return person("mara")


def test_a_comment_is_a_line_of_the_timeline(mara: User) -> None:
    order = make_order()
    comment = write_comment(order, text="  Gift wrapping, please ", author=mara)
    assert (comment.text, comment.author, comment.author_name) == ("Gift wrapping, please", mara, "mara")
    event = order.events.get()
    assert (event.kind, event.actor, event.params["comment"]) == ("comment.written", "mara", comment.pk)


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 5001])
def test_an_empty_or_endless_comment_is_refused(text: str, mara: User) -> None:
    with pytest.raises(InvalidInput):
        write_comment(make_order(), text=text, author=mara)
    assert not Comment.objects.exists()


def test_the_same_comment_sent_twice_is_kept_once(mara: User) -> None:
    order, token = make_order(), uuid.uuid4()
    first = write_comment(order, text="Once", author=mara, token=token)
    assert write_comment(order, text="Once", author=mara, token=token) == first
    assert (Comment.objects.count(), order.events.count()) == (1, 1)


def test_without_the_token_a_double_click_would_write_twice(mara: User) -> None:
    order = make_order()
    for _time in range(2):
        write_comment(order, text="Once", author=mara)
    assert Comment.objects.count() == 2


def test_only_its_author_edits_a_comment_and_each_edit_is_kept(mara: User, person: Person) -> None:
    comment = write_comment(make_order(), text="Gift wraping", author=mara)
    with pytest.raises(NotAllowed):
        edit_comment(comment, text="Mine now", revision=1, author=person("tom"))
    edit_comment(comment, text="Gift wrapping", revision=1, author=mara)
    with pytest.raises(Conflict):
        edit_comment(comment, text="Gift", revision=1, author=mara)
    comment.refresh_from_db()
    assert (comment.text, comment.revision) == ("Gift wrapping", 2)
    assert [edit.text for edit in comment.edits.all()] == ["Gift wraping"]


def test_who_is_named_has_a_notice_and_a_mail_where_they_want_one(mara: User, person: Person) -> None:
    tom, ida, _blind = person("tom"), person("ida"), person("blind", "add_comment")
    choose_for_staff(tom, kinds=["staff.mention"], language="de")
    order = make_order()
    comment = write_comment(order, text="@Tom, @ida and @blind: look. @mara", author=mara)
    assert set(Mention.objects.values_list("user__username", flat=True)) == {"tom", "ida"}
    (mail,) = Mail.objects.all()
    assert (mail.recipient, mail.kind, mail.language) == ("tom@shop.example", "staff.mention", "de")
    context = MAIL_KINDS["staff.mention"].context(mail)
    assert (context["author"], context["number"]) == ("Mara", order.number)
    assert context["link"].endswith(f"/admin/orders/order/{order.pk}/change/")
    edit_comment(comment, text="@tom @ida: look again", revision=1, author=mara)
    assert (Mention.objects.count(), Mail.objects.count()) == (2, 1)
    mark_read(tom)
    assert MAIL_KINDS["staff.mention"].still_wanted(mail) == "It has already been read."
    assert Mention.objects.filter(read_at__isnull=True).get().user == ida


def test_an_address_is_no_mention_and_markup_stays_text(person: Person) -> None:
    person("example")
    assert named_staff("write to jana@example.com", shop=0) == []
    assert [user.username for user in named_staff("(@example.)", shop=0)] == ["example"]
    assert highlight_names("<b>@tom</b>,\na@b.de") == '&lt;b&gt;<span class="mention">@tom</span>&lt;/b&gt;,<br>a@b.de'


def test_a_note_of_a_rule_or_job_becomes_a_comment(mara: User) -> None:
    order = make_order()
    write_note(order, note="Look at it", actor="rule:7")
    write_note(order, note=" ", actor="mara")
    (comment,) = Comment.objects.all()
    assert (comment.author, comment.author_name, comment.text) == (None, "rule:7", "Look at it")


def test_who_assigns_an_order_tells_its_assignee_and_nobody_themselves(mara: User, person: Person) -> None:
    tom = person("tom")
    for user in (mara, tom):
        choose_for_staff(user, kinds=["staff.assigned"], language="en")
    order = make_order()
    assign_order(order, assignee=mara, actor="mara")
    assert not Mail.objects.exists()
    assign_order(order, assignee=tom, actor="mara")
    (mail,) = Mail.objects.all()
    assert mail.recipient == "tom@shop.example"
    assert MAIL_KINDS["staff.assigned"].still_wanted(mail) == ""
    assign_order(order, assignee=None, actor="mara")
    assert MAIL_KINDS["staff.assigned"].still_wanted(mail) != ""


def test_a_message_to_the_customer_is_refused_while_its_kind_is_off(mara: User) -> None:
    order = make_order(customer_email="jana@example.com")
    with pytest.raises(IllegalTransition):
        write_to_customer(order, text="May we shorten your street?", author=mara)
    assert not Comment.objects.exists()
    assert not Mail.objects.exists()
    choose_for_shop(order.shop, kinds=["order.message"], sender_name="", reply_to="", actor="mara")
    token = uuid.uuid4()
    for _time in range(2):
        comment = write_to_customer(order, text="May we shorten your street?", author=mara, token=token)
    assert comment.sent_to == "jana@example.com"
    assert Mail.objects.get().kind == "order.message"
    with pytest.raises(NotAllowed):
        edit_comment(comment, text="x", revision=1, author=mara)


def test_comments_are_never_shown_to_the_shop(mara: User, client: Client) -> None:
    order = make_order()
    write_comment(order, text="A difficult customer", author=mara)
    order.events.create(actor="system", kind="mail.sent", params={"to": "jana@example.com"})
    _row, key = ApiKey.objects.create_key(name="shop", shop=Shop.objects.get())
    answer = client.get(f"/api/v1/orders/{order.pk}/timeline/", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200
    assert answer.json()["results"] == []


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(order: Order) -> str:
    return reverse("admin:orders_order_change", args=[order.pk])


def test_comments_are_written_and_edited_on_the_page_of_the_order(mara: User) -> None:
    order, client = make_order(), signed_in(mara)
    client.post(reverse("admin:orders_order_comment", args=[order.pk]), {"text": "Gift <wrapping>"})
    comment = Comment.objects.get()
    shown = client.get(page(order)).content.decode()
    assert "Gift &lt;wrapping&gt;" in shown
    edit = reverse("admin:orders_order_comment_edit", args=[order.pk, comment.pk])
    assert edit in shown
    client.post(edit, {"text": "Gift paper", "revision": 1})
    shown = client.get(page(order)).content.decode()
    assert shown.index("Gift paper") < shown.index("Gift &lt;wrapping&gt;")  # the edit is kept below


def test_who_may_not_comment_has_no_form_and_is_refused(person: Person) -> None:
    order, client = make_order(), signed_in(person("reader", "view_order"))
    assert "data-draft" not in client.get(page(order)).content.decode()
    assert client.post(reverse("admin:orders_order_comment", args=[order.pk]), {"text": "x"}).status_code == 403
    assert not Comment.objects.exists()


def test_the_pages_queries_do_not_grow_with_comments(mara: User) -> None:
    order, client = make_order(), signed_in(mara)

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            client.get(page(order))
        return len(caught)

    write_comment(order, text="@tom one", author=mara)
    few = queries()
    for number in range(10):
        edit_comment(write_comment(order, text=f"{number}", author=mara), text=f"{number}!", revision=1, author=mara)
    assert queries() == few


def test_a_token_belongs_to_one_comment(mara: User) -> None:
    token = uuid.uuid4()
    Comment.objects.create(order=make_order(), text="a", author_name="mara", token=token)
    with pytest.raises(IntegrityError):
        Comment.objects.create(order=Order.objects.get(), text="b", author_name="mara", token=token)

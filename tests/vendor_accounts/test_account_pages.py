"""Accounts on the page of integrations: shown as cards, added, tested, changed and removed by who may."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from backoffice.accounts.models import Shop
from backoffice.engine.models import Integration, WebhookSubscription
from backoffice.engine.services.vendor_status import Mode, mode_of
from backoffice.sandbox import Sandbox
from backoffice.staff.recent_sign_in import SESSION_KEY
from backoffice.vendor_accounts.models import ShopAccount, VendorAccount
from backoffice.vendor_accounts.services.remembering import ACCOUNTS
from tests.vendor_accounts.conftest import CODES, client_of, open_account
from tests.vendors.loopback import loopback, reply

pytestmark = pytest.mark.django_db
LIST = reverse("admin:engine_integration_changelist")
VIEW = ("view_integration", "view_vendoraccount")
CHANGE = (*VIEW, "add_vendoraccount", "change_vendoraccount", "delete_vendoraccount", "test_integration")
SignIn = Callable[..., Client]


def url(name: str, *args: object) -> str:
    return reverse(f"admin:vendor_accounts_vendoraccount_{name}", args=args)


@pytest.fixture
def sign_in(db: None) -> SignIn:
    def make(*codenames: str, name: str = "jana", fresh: bool = True) -> Client:
        user = User.objects.create_user(name, is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client = Client()
        client.force_login(user)
        if not fresh:
            session = client.session
            session[SESSION_KEY] = 0
            session.save()
        return client

    return make


def given(code: str, *shops: Shop, **changes: object) -> dict[str, object]:
    client = client_of(code)
    return {
        "title": code.capitalize(),
        "shops": [shop.pk for shop in shops],
        "requests_per_minute": "60000",
        "MYPROMO_URL": "",
        "MYPROMO_CLIENT_ID": client.client_id,
        "MYPROMO_CLIENT_SECRET": client.client_secret,
    } | changes


def test_an_account_is_added_tested_at_once_and_shown_as_a_card(sandbox: Sandbox, sign_in: SignIn) -> None:
    shop = Shop.objects.create(code="ONE", name="Shop <b>one</b>")
    client = sign_in(*CHANGE)
    assert url("new", "mypromo") in client.get(LIST).content.decode()
    page = client.post(url("new", "mypromo"), given("ONE", shop), follow=True).content.decode()
    assert "mypromo · One answered: OK" in page
    assert 'id="mypromo_one"' in page
    assert "Shop &lt;b&gt;one&lt;/b&gt;" in page
    account = VendorAccount.objects.get()
    assert (account.created_by, account.credentials["MYPROMO_CLIENT_SECRET"]) == ("jana", "secret-of-one")
    assert len(account.credentials["MYPROMO_CALLBACK_SECRET"]) >= 24
    assert ShopAccount.objects.get().account == account
    # Sealed in the table, and shown nowhere.
    with connection.cursor() as cursor:
        cursor.execute("SELECT credentials FROM vendor_accounts_vendoraccount")
        assert "secret-of-one" not in cursor.fetchone()[0]
    assert "secret-of-one" not in page + client.get(url("edit", account.pk)).content.decode()


def test_wrong_credentials_are_kept_and_what_is_wrong_is_named(sandbox: Sandbox, sign_in: SignIn) -> None:
    client = sign_in(*CHANGE)
    page = client.post(url("new", "mypromo"), given("ONE", MYPROMO_CLIENT_SECRET="no"), follow=True).content.decode()
    assert "is saved but does not work yet" in page
    assert "Check its credentials" in page
    account = VendorAccount.objects.get()
    assert Integration.objects.get(vendor=account.name).auth_failed_at
    page = client.post(url("edit", account.pk), given("ONE"), follow=True).content.decode()
    assert not Integration.objects.get(vendor=account.name).auth_failed_at
    assert "mypromo · One answered: OK" in page
    account.refresh_from_db()
    assert (account.version, account.changed_by) == (2, "jana")


def test_a_secret_that_is_left_empty_stays(sandbox: Sandbox, sign_in: SignIn) -> None:
    account = open_account("ONE")
    client = sign_in(*CHANGE)
    changed = given("ONE", MYPROMO_CLIENT_SECRET="", title="First", requests_per_minute="")
    client.post(url("edit", account.pk), changed)
    before = account.credentials
    account.refresh_from_db()
    assert (account.title, account.requests_per_minute, account.version) == ("First", None, 1)
    assert account.credentials == before
    assert not ShopAccount.objects.exists()


def test_a_stored_secret_is_not_tried_at_another_host(sandbox: Sandbox, sign_in: SignIn) -> None:
    account, client = open_account("ONE"), sign_in(*CHANGE)
    with loopback(reply(403, "{}")) as elsewhere:
        moved = given("ONE", MYPROMO_URL=elsewhere.url, MYPROMO_CLIENT_SECRET="")
        form = client.post(url("edit", account.pk), moved).context["form"]
        assert "previous address" in form.errors["MYPROMO_CLIENT_SECRET"][0]
        assert elsewhere.seen == []
        # The control: what was entered for that host is tried there at once.
        client.post(url("edit", account.pk), moved | {"MYPROMO_CLIENT_SECRET": "for-elsewhere"})
        assert b"for-elsewhere" in b"".join(one.body for one in elsewhere.seen)


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("title", "x" * 61, "61"),
        ("title", "", "required"),
        ("title", "Two", "already has this name"),
        ("MYPROMO_URL", "ftp://mypromo.example", "must begin with"),
        ("MYPROMO_URL", "https://10.0.0.1/", ""),
        ("MYPROMO_URL", "https://mypromo.example:99999", "cannot be read"),
        ("MYPROMO_CLIENT_ID", "x" * 501, "501"),
        ("MYPROMO_CLIENT_SECRET", "", "required"),
        ("requests_per_minute", "0", "1"),
        ("requests_per_minute", "100001", "100000"),
        ("shops", "999999", "999999"),
    ],
)
def test_what_cannot_be_kept_is_named_at_its_field(
    sandbox: Sandbox, sign_in: SignIn, field: str, value: str, complaint: str
) -> None:
    open_account("TWO")
    response = sign_in(*CHANGE).post(url("new", "mypromo"), given("ONE", **{field: value}))
    assert response.status_code == 200
    assert complaint in " ".join(response.context["form"].errors[field])
    assert VendorAccount.objects.count() == 1


def test_a_hostile_name_is_shown_as_it_is(sandbox: Sandbox, sign_in: SignIn) -> None:
    title = "<script>alert(1)</script> \u200f" + "ä" * 20
    open_account("ONE", title=title)
    page = sign_in(*CHANGE).get(LIST).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_who_may_only_read_sees_cards_and_changes_nothing(sandbox: Sandbox, sign_in: SignIn) -> None:
    account = open_account("ONE")
    reader = sign_in(*VIEW)
    page = reader.get(LIST).content.decode()
    assert 'id="mypromo_one"' in page
    assert url("edit", account.pk) not in page
    assert url("new", "mypromo") not in page
    for address in (url("new", "mypromo"), url("edit", account.pk)):
        assert reader.get(address).status_code == 403
    for name in ("remove", "renew_secret"):
        assert reader.post(url(name, account.pk)).status_code == 403
    assert 'id="mypromo_one"' not in sign_in("view_integration", name="other").get(LIST).content.decode()


def test_credentials_are_changed_only_by_who_has_lately_shown_who_they_are(sandbox: Sandbox, sign_in: SignIn) -> None:
    account = open_account("ONE")
    client = sign_in(*CHANGE, fresh=False)
    for address in (url("new", "mypromo"), url("edit", account.pk), url("remove", account.pk)):
        assert client.post(address, given("ONE", title="Taken")).status_code == 302
    account.refresh_from_db()
    assert (account.title, account.retired_at) == ("One", None)


def test_an_account_in_use_is_not_removed_and_one_that_is_not_goes(sandbox: Sandbox, sign_in: SignIn) -> None:
    account = open_account("ONE")
    client = sign_in(*CHANGE)
    edit = client.get(url("edit", account.pk)).content.decode()
    assert "It cannot be removed yet." in edit
    assert url("remove", account.pk) not in edit
    assert (
        "Assign another account to these shops first"
        in client.post(url("remove", account.pk), follow=True).content.decode()
    )
    account.refresh_from_db()
    assert account.retired_at is None
    ShopAccount.objects.all().delete()
    assert url("remove", account.pk) in client.get(url("edit", account.pk)).content.decode()
    page = client.post(url("remove", account.pk), follow=True).content.decode()
    assert "was removed" in page
    assert 'id="mypromo_one"' not in page
    assert client.get(url("edit", account.pk)).status_code == 404


def test_the_page_names_which_account_a_shop_uses_now(sandbox: Sandbox, sign_in: SignIn) -> None:
    open_account("ONE")
    two = open_account("TWO")
    page = sign_in(*CHANGE).get(url("edit", two.pk)).content.decode()
    assert "Shop one (now: One)" in page
    assert "Shop two (now" not in page


def test_one_account_is_paused_on_its_card(sandbox: Sandbox, sign_in: SignIn) -> None:
    one, two = open_account("ONE"), open_account("TWO")
    client = sign_in(*CHANGE, "pause_integration")
    page = client.post(
        reverse("admin:engine_integration_pause", args=[one.name]), {"reason": "stock-taking"}, follow=True
    ).content.decode()
    assert "mypromo · One is paused by jana (stock-taking)" in page
    assert Integration.objects.get(paused_at__isnull=False).vendor == one.name
    assert not Integration.objects.filter(vendor=two.name, paused_at__isnull=False).exists()


def test_an_address_of_its_own_is_no_sandbox_because_the_settings_say_so(sandbox: Sandbox) -> None:
    """`MYPROMO_SANDBOX` is said of `MYPROMO_URL`: the live system must never see the flags of a sandbox."""
    same, other = open_account("ONE"), open_account("TWO")
    kept = other.credentials | {"MYPROMO_URL": "https://api.mypromo.com"}
    VendorAccount.objects.filter(pk=other.pk).update(credentials=kept)
    ACCOUNTS.forget()
    assert (mode_of(same.name), mode_of(other.name)) == (Mode.LOCAL, Mode.LIVE)


def test_the_page_takes_the_same_queries_but_one_for_each_account(sandbox: Sandbox, sign_in: SignIn) -> None:
    client = sign_in(*CHANGE)
    counts = []
    for code in CODES[:3]:
        open_account(code)
        client.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        counts.append(len(queries))
    assert counts[1] - counts[0] == counts[2] - counts[1] <= 1


def test_what_a_vendor_says_of_a_webhook_is_translated() -> None:
    row = WebhookSubscription(vendor="sign-customiser", topic="order-created", vendor_id="1", status="active")
    assert row.status_words == "active"
    with translation.override("de"):
        assert row.status_words == "aktiv"
    assert WebhookSubscription(status="half open").status_words == "half open"

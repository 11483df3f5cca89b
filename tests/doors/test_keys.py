"""Keys can be changed: what is sealed is sealed anew, and links that vendors hold stay good."""

from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.conf import LazySettings
from django.core import signing
from django.core.management import CommandError, call_command
from django.db import connection

from backoffice.engine.models import VendorToken, WebhookSubscription
from backoffice.engine.services import foundations
from backoffice.engine.services.resealing import BATCH, reseal, sealed_columns
from backoffice.engine.services.tokens import SharedTokens
from backoffice.model_fields import KeyMissing
from backoffice.privacy.models import HashKey
from orders.services.files.signed_links import Linked, read_link, sign_link

pytestmark = pytest.mark.django_db
OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


def make_webhooks(count: int) -> None:
    WebhookSubscription.objects.bulk_create(
        WebhookSubscription(vendor="toy", topic=str(n), url="x", secret={"secret": f"s{n}"}) for n in range(count)
    )


@pytest.fixture
def sealed(settings: LazySettings) -> None:
    """Seal values of two tables under the old key, with one row without a value."""
    key = HashKey.objects.get()
    settings.ENCRYPTION_KEYS = [OLD]
    key.save()
    make_webhooks(BATCH + 7)
    WebhookSubscription.objects.create(vendor="toy", topic="none", url="x", secret=None)
    SharedTokens("mypromo").renew(stale=None, fetch=lambda: ("a-token", 3600))


def run_reseal() -> str:
    out = StringIO()
    call_command("reseal", stdout=out)
    return out.getvalue()


def test_after_reseal_the_old_key_can_be_dropped(sealed: None, settings: LazySettings) -> None:
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    assert f"engine_webhooksubscription.secret: {BATCH + 7} sealed anew, 0 as they should be" in run_reseal()
    settings.ENCRYPTION_KEYS = [NEW]
    kept = WebhookSubscription.objects.filter(secret__isnull=False)
    assert {row.secret["secret"] for row in kept} == {f"s{n}" for n in range(BATCH + 7)}
    assert SharedTokens("mypromo").get() == "a-token"
    assert list(foundations.examine_seals()) == []


def test_a_second_reseal_writes_nothing(sealed: None, settings: LazySettings) -> None:
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    run_reseal()
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, ctid FROM engine_webhooksubscription ORDER BY id")
        before = cursor.fetchall()
        assert f"0 sealed anew, {BATCH + 7} as they should be" in run_reseal()
        cursor.execute("SELECT id, ctid FROM engine_webhooksubscription ORDER BY id")
        assert cursor.fetchall() == before


def test_every_sealed_column_is_known() -> None:
    assert {str(column) for column in sealed_columns()} == {
        "engine_vendortoken.token", "engine_webhooksubscription.secret", "orders_orderline.file_credentials",
        "orders_orderdocument.credentials", "fulfillment_productionitem.designs", "webhooks_webhookendpoint.secrets",
        "rules_rulesecret.secret", "rules_rulesecret.previous", "woocommerce_wooconnection.credentials",
        "woocommerce_wooconnection.secret", "mfa_authenticator.data.secret", "mfa_authenticator.data.seed",
        "privacy_hashkey.key", "privacy_privacyrequest.person", "privacy_privacyrequest.title",
        "privacy_vendorerasure.about", "vendor_accounts_vendoraccount.credentials",
    }  # fmt: skip


def test_doctor_says_when_an_older_key_is_still_needed(sealed: None, settings: LazySettings) -> None:
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    found = {finding.text: finding.remedy for finding in foundations.examine_seals()}
    assert f"{BATCH + 7} values of engine_webhooksubscription.secret still need an older key." in found
    assert all("manage.py reseal" in remedy for remedy in found.values())


def test_a_key_that_was_dropped_too_early_is_said_in_words(sealed: None, settings: LazySettings) -> None:
    settings.ENCRYPTION_KEYS = [NEW]
    with pytest.raises(KeyMissing, match=r"engine\.webhooksubscription\.secret is encrypted with a key"):
        list(WebhookSubscription.objects.filter(secret__isnull=False))
    assert any("a key that no longer exists" in finding.text for finding in foundations.examine_seals())
    with pytest.raises(CommandError, match="put it back"):
        run_reseal()
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    run_reseal()
    assert not list(foundations.examine_seals())


def test_a_token_that_no_key_opens_is_fetched_anew(sealed: None, settings: LazySettings) -> None:
    settings.ENCRYPTION_KEYS = [NEW]
    store = SharedTokens("mypromo")
    assert store.get() is None
    assert store.renew(stale=None, fetch=lambda: ("another", 3600)) == "another"
    assert VendorToken.objects.get().token == "another"


def test_a_value_that_changes_during_reseal_is_kept(sealed: None, settings: LazySettings) -> None:
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    [column] = [one for one in sealed_columns() if str(one) == "engine_vendortoken.token"]
    VendorToken.objects.update(token="newer")
    reseal(column)
    assert VendorToken.objects.get().token == "newer"


@pytest.mark.parametrize("what", list(Linked))
def test_links_that_vendors_hold_survive_a_new_secret_key(settings: LazySettings, what: Linked) -> None:
    settings.SECRET_KEY = "the old key " * 5
    token = sign_link(what, 7).rstrip("/").rpartition("/")[2]
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the new key " * 5, ["the old key " * 5]
    assert read_link(what, token) == "7"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(signing.BadSignature):
        read_link(what, token)


@pytest.mark.parametrize("what", list(Linked))
def test_nobody_forges_a_link_with_the_published_key(settings: LazySettings, what: Linked) -> None:
    """Where others get in, no process starts with that key (see test_settings)."""
    token = sign_link(what, 7).rstrip("/").rpartition("/")[2]
    settings.SECRET_KEY = "a key of its own " * 4
    with pytest.raises(signing.BadSignature):
        read_link(what, token)

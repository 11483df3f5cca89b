"""The vendors' cards, the banner on every page, and the doctor."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from backoffice.engine.models import Callback, Heartbeat, Integration, Push
from backoffice.engine.services import limiter, rate_limits
from backoffice.engine.services.vendor_status import Mode, mode_of
from backoffice.vendors.abilities import CallsSecretAddresses, Vendor
from backoffice.vendors.errors import RateLimited, VendorUnavailable
from backoffice.vendors.registry import vendor_type
from tests.admin.machine.conftest import SignIn
from tests.engine import toy
from tests.engine.toy import SHELF

LIST = reverse("admin:engine_integration_changelist")


def url(name: str, vendor: str = "toy") -> str:
    return reverse(f"admin:engine_integration_{name}", args=[vendor])


def down(name: str) -> None:
    raise VendorUnavailable("The toy is down.")


def test_the_card_tells_queue_callbacks_and_last_failure(sign_in: SignIn, push: Push) -> None:
    Callback.objects.create(vendor="toy", topic="shops", key="k", body=b"x")
    Integration.objects.create(vendor="toy", failures=3, last_failure="HTTP 502", last_failure_at=timezone.now())
    response = sign_in().get(LIST)
    card = response.context["cards"][0]
    assert (card.status.queue.waiting, card.status.callbacks_today) == (1, 1)
    assert "HTTP 502" in response.content.decode()
    assert "3 failures in a row; interrupted at 10" in card.breaker


def test_the_cards_take_a_fixed_number_of_queries(sign_in: SignIn, push: Push) -> None:
    client = sign_in()
    client.get(LIST)
    with CaptureQueriesContext(connection) as queries:
        client.get(LIST)
    # One of them asks which shops the reader sees.
    assert len(queries) <= 14


def test_a_vendor_that_is_not_set_up_has_a_card_that_says_so(sign_in: SignIn, settings: LazySettings) -> None:
    settings.VENDORS = settings.VENDORS | {"late": "tests.admin.machine.test_integrations.NotSetUp"}
    response = sign_in("pause_integration").get(LIST)
    assert "addresses and credentials are not set" in response.content.decode()
    assert [card.status.name for card in response.context["cards"]] == ["toy"]
    assert url("pause", "late") not in response.content.decode()


def test_vendors_are_shown_by_their_titles_and_kept_by_their_names(
    sign_in: SignIn, settings: LazySettings, push: Push, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toy.Toy, "title", "Toy Makers", raising=False)
    monkeypatch.setattr(toy.Toy, "purpose", "Makes toys.", raising=False)
    limiter.pause("toy", actor="jana")
    client = sign_in()
    shown = client.get(LIST).content.decode()
    assert "Makes toys." in shown
    assert 'id="toy"' in shown
    assert "Toy Makers is paused by jana" in shown
    pushes = client.get(reverse("admin:engine_push_changelist")).content.decode()
    assert "Toy Makers" in pushes
    assert '<option value="toy">Toy Makers</option>' in pushes
    assert "→ Toy Makers" in client.get(reverse("admin:engine_push_change", args=[push.pk])).content.decode()
    assert Push.objects.get().vendor == "toy"


class NotSetUp(Vendor):
    name = title = "late"
    purpose = gettext_lazy("late")
    settings_prefix = "LATE"

    @classmethod
    def is_configured(cls) -> bool:
        return False


@pytest.mark.parametrize(
    ("address", "sandbox", "mode"),
    [
        ("https://api.example.com/x", False, Mode.LIVE),
        ("https://api.example.com/x", True, Mode.SANDBOX),
        ("http://127.0.0.1:8799/mypromo", False, Mode.LOCAL),
        ("http://localhost", True, Mode.LOCAL),
        ("https://127.evil.example/", False, Mode.LIVE),
    ],
)
def test_live_is_told_from_sandbox(settings: LazySettings, address: str, sandbox: bool, mode: Mode) -> None:
    settings.TOY_URL, settings.TOY_SANDBOX = address, sandbox
    assert mode_of("toy") == mode


def test_the_gauge_tells_when_calls_have_to_wait(sign_in: SignIn, settings: LazySettings) -> None:
    settings.TOY_REQUESTS_PER_MINUTE = 60
    client = sign_in()
    assert client.get(LIST).context["cards"][0].rate_limit.percent == 0
    rate_limits.take("toy", lane=10)
    assert 0 < client.get(LIST).context["cards"][0].rate_limit.percent < 100
    rate_limits.throttle("toy", seconds=30)
    limit = client.get(LIST).context["cards"][0].rate_limit
    assert "delayed by the vendor" in limit.text
    assert "30 of 60 calls per minute" in limit.rate


def test_pausing_is_asked_about_then_stops_all_calls_and_is_told_everywhere(sign_in: SignIn, push: Push) -> None:
    client = sign_in("pause_integration")
    assert "1 outgoing request is waiting for it now" in client.get(url("pause")).content.decode()
    assert not Integration.objects.filter(paused_at__isnull=False).exists()
    client.post(url("pause"), {"reason": " stock-taking "})
    assert Integration.objects.get().paused_by == "jana"
    with pytest.raises(RateLimited):
        limiter.SharedLimiter("toy", lane=10).acquire(write=True)
    banner = client.get(reverse("admin:engine_push_changelist")).content.decode()
    assert "toy is paused by jana (stock-taking)" in banner
    client.post(url("resume"))
    limiter.SharedLimiter("toy", lane=10).acquire(write=True)
    assert "is paused by" not in client.get(LIST).content.decode().replace("is paused by jana.", "")


def test_pausing_twice_is_refused_and_the_first_one_stands(sign_in: SignIn) -> None:
    sign_in("pause_integration", name="first").post(url("pause"))
    before = Integration.objects.values().get()
    response = sign_in("pause_integration", name="second").post(url("pause"), follow=True)
    assert "is already paused" in response.content.decode()
    assert Integration.objects.values().get() == before


def test_readers_may_neither_pause_nor_resume_nor_test(sign_in: SignIn) -> None:
    limiter.pause("toy", actor="boss")
    before = Integration.objects.values().get()
    client = sign_in()
    for name in ("pause", "resume", "test"):
        assert client.post(url(name)).status_code == 403
        assert url(name) not in client.get(LIST).content.decode()
    assert Integration.objects.values().get() == before


def test_callback_addresses_are_shown_to_who_sets_a_vendor_up_and_to_nobody_else(
    sign_in: SignIn, settings: LazySettings
) -> None:
    settings.VENDORS = {"mypromo": "backoffice.vendors.mypromo.adapter.MyPromo"}
    settings.MYPROMO_URL = settings.MYPROMO_CLIENT_ID = settings.MYPROMO_CLIENT_SECRET = "https://mypromo.example"
    settings.MYPROMO_CALLBACK_SECRET = "s" * 30
    token = vendor_type("mypromo", CallsSecretAddresses).callback_path_token()
    reader, page = sign_in(), url("callbacks", "mypromo")
    assert reader.get(page).status_code == 403
    assert page not in reader.get(LIST).content.decode()
    operator = sign_in("change_integration", name="operator")
    listed = operator.get(LIST).content.decode()
    assert page in listed
    assert token not in listed
    shown = operator.get(page)
    assert f"{settings.PUBLIC_URL}/callbacks/mypromo/orders/{token}/" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    settings.MYPROMO_CALLBACK_SECRET = ""
    assert "until the webhook secret is set" in operator.get(page).content.decode()


def test_a_vendor_that_is_told_no_address_has_no_page_of_them(sign_in: SignIn) -> None:
    client = sign_in("change_integration")
    assert client.get(url("callbacks")).status_code == 404
    assert url("callbacks") not in client.get(LIST).content.decode()


def test_an_unknown_vendor_is_404(sign_in: SignIn) -> None:
    client = sign_in("pause_integration", "test_integration")
    for name in ("pause", "resume", "test"):
        assert client.post(url(name, "nobody")).status_code == 404
    assert not Integration.objects.exists()


def test_the_connection_is_tested_and_what_the_vendor_said_is_shown(sign_in: SignIn) -> None:
    client = sign_in("test_integration")
    assert client.get(url("test")).status_code == 405
    assert "pong" in client.post(url("test"), follow=True).content.decode()
    SHELF.mishaps = [down]
    text = client.post(url("test"), follow=True).content.decode()
    assert "The toy is down." in text
    assert "Check the address" in text


def test_the_banner_tells_that_nobody_works_anything_off(sign_in: SignIn) -> None:
    client = sign_in()
    words = "background work is not running"
    assert words not in client.get(LIST).content.decode()
    Heartbeat.objects.update(at=timezone.now() - timedelta(seconds=61))
    assert words in client.get(LIST).content.decode()
    Heartbeat.objects.all().delete()
    assert words in client.get(LIST).content.decode()


def test_the_banner_is_not_for_strangers(client: Any) -> None:
    Heartbeat.objects.all().delete()
    assert "is not running" not in client.get(reverse("admin:login")).content.decode()


# --- manage.py doctor -------------------------------------------------------------------------------------------------


def doctor(capsys: Any, *arguments: str) -> tuple[int, str]:
    """Exit code and what was printed."""
    try:
        call_command("doctor", *arguments)
    except SystemExit as ended:
        return int(ended.code or 0), capsys.readouterr().out
    return 0, capsys.readouterr().out


@pytest.fixture
def healthy(settings: LazySettings) -> None:
    settings.TOY_URL = "http://127.0.0.1:1/"
    settings.PUSH_SETTLE_SECONDS = 120


@pytest.mark.usefixtures("healthy")
def test_the_doctor_finds_nothing_where_nothing_is_wrong(capsys: Any) -> None:
    code, text = doctor(capsys)
    assert (code, "pong" in text) == (0, True), text


@pytest.mark.usefixtures("healthy")
def test_the_doctor_names_cause_and_next_step_of_each_finding(capsys: Any, push: Push, settings: LazySettings) -> None:
    Heartbeat.objects.update(at=timezone.now() - timedelta(minutes=5))
    limiter.stop_for_credentials("toy", text="401 twice")
    Push.objects.update(created_at=timezone.now() - timedelta(hours=2), next_at=timezone.now() - timedelta(hours=2))
    settings.PRODUCTION, settings.DEBUG = True, True
    code, text = doctor(capsys, "--offline")
    assert code == 1
    for words in (
        "is not running",
        "start the worker",
        "rejects our credentials",
        "DEBUG",
        "2\N{NO-BREAK SPACE}hours",
    ):
        assert words in text, (words, text)


@pytest.mark.usefixtures("healthy")
def test_the_doctor_asks_each_vendor_unless_told_not_to(capsys: Any) -> None:
    SHELF.mishaps = [down]
    assert doctor(capsys, "--offline")[0] == 0
    code, text = doctor(capsys)
    assert code == 1
    assert "The toy is down." in text


@pytest.mark.usefixtures("healthy")
def test_the_doctor_notices_that_redis_is_gone(capsys: Any, settings: LazySettings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    code, text = doctor(capsys, "--offline")
    assert code == 1
    assert "Redis" in text


@pytest.mark.usefixtures("healthy")
def test_callbacks_that_cannot_reach_us_are_a_finding(capsys: Any, settings: LazySettings) -> None:
    settings.TOY_URL, settings.PUBLIC_URL = "https://api.example.com", "http://127.0.0.1:8000"
    code, text = doctor(capsys, "--offline")
    assert code == 1
    assert "PUBLIC_URL" in text


@pytest.mark.usefixtures("healthy")
def test_a_vendor_that_calls_nobody_loses_no_callbacks(capsys: Any, settings: LazySettings) -> None:
    settings.VENDORS = {"teller": "tests.orders.marketing.teller.Teller"}
    settings.TELLER_URL, settings.PUBLIC_URL = "https://api.example.com", "http://127.0.0.1:8000"
    code, text = doctor(capsys, "--offline")
    assert (code, "PUBLIC_URL" in text) == (0, False), text


@pytest.mark.usefixtures("healthy")
def test_a_published_address_without_credentials_is_no_finding_and_another_one_is(
    capsys: Any, settings: LazySettings
) -> None:
    settings.VENDORS |= {"sign-customiser": "backoffice.vendors.sign_customiser.adapter.SignCustomiser"}
    settings.SIGN_CUSTOMISER_TOKEN = ""
    settings.SIGN_CUSTOMISER_URL = settings.VENDOR_ADDRESSES["SIGN_CUSTOMISER"]
    code, text = doctor(capsys, "--offline")
    assert code == 0, text
    settings.SIGN_CUSTOMISER_URL = "https://signs.example.com/api"
    code, text = doctor(capsys, "--offline")
    assert (code, "SIGN_CUSTOMISER_URL: " in text) == (1, True), text


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises((CommandError, TypeError)):
        call_command("doctor", "--nonsense")

"""The pages of callbacks: hostile bytes shown safely, replay by button, by mark and by command."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.engine.models import Callback
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.services.callbacks import work_due_callbacks
from tests.admin.machine.conftest import SignIn

LIST = reverse("admin:engine_callback_changelist")


def make(body: bytes, **values: Any) -> Callback:
    values = {"vendor": "toy", "topic": "shops", "key": f"k{Callback.objects.count()}"} | values
    return Callback.objects.create(body=body, **values)


def page(callback: Callback, name: str = "change") -> str:
    return reverse(f"admin:engine_callback_{name}", args=[callback.pk])


def states() -> list[dict[str, Any]]:
    return list(Callback.objects.order_by("pk").values())


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"a": {"b": 12.10}, "a": 1e999}', '"b": 12.10'),
        (b'{"a": "\\u00fc"}', "ü"),
        (b"plain <script>alert(1)</script>", "plain &lt;script&gt;"),
        (b'{"a": "<img src=x onerror=alert(1)>"}', "&lt;img src=x"),
        ("\u202edrow".encode(), "\\u202edrow"),
        (b"\xff\xfe\x00<script>", "ff fe 00 3c"),
        (b"\x1b[31mred", "1b 5b 33"),
        (b"[" * 100_000, "[[["),
        (b'{"a":' * 60 + b"1" + b"}" * 60, "&quot;a&quot;:{"),
        (b"", "The body is empty."),
        (b"x" * 900_000, "only the beginning is shown"),
    ],
)
def test_any_body_is_shown_as_text_and_nothing_of_it_runs(sign_in: SignIn, body: bytes, shown: str) -> None:
    response = sign_in().get(page(make(body)))
    text = response.content.decode()
    assert shown in text or shown.replace('"', "&quot;") in text
    for hostile in ("<script>alert", "<img src=x", "\u202e", "\x1b", "\x00"):
        assert hostile not in text
    assert len(text) < 400_000


def test_the_body_is_saved_as_it_came_and_never_shown_by_the_browser(sign_in: SignIn) -> None:
    response = sign_in().get(page(make(b"<script>\xff"), "body"))
    assert response.content == b"<script>\xff"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "body",
    [
        b'{"callback": {"url": "https://x.example/callbacks/mypromo/orders/0123456789abcdef0123456789abcdef/"}}',
        b'{"url": "https:\\/\\/x.example\\/callbacks\\/mypromo\\/orders\\/0123456789abcdef0123456789abcdef\\/"}',
        b'{"auth": {"basic": {"username": "mypromo", "password": "0123456789abcdef"}}}',
        b"\xff\x00 /callbacks/mypromo/orders/0123456789abcdef0123456789abcdef/",
    ],
)
def test_our_secrets_in_a_body_are_masked_on_the_page_and_in_what_is_saved(sign_in: SignIn, body: bytes) -> None:
    callback, client = make(body), sign_in()
    shown = client.get(page(callback))
    assert "Secrets in it are masked" in shown.content.decode()
    for text in (shown.content, client.get(page(callback, "body")).content):
        assert b"cdef" not in text
        assert b"63 64 65 66" not in text  # "cdef" in the dump
    callback.refresh_from_db()
    assert bytes(callback.body) == body


def test_the_list_takes_as_many_queries_for_fifty_rows_as_for_one_and_reads_no_body(
    sign_in: SignIn, shop: Shop
) -> None:
    client = sign_in()
    make(b"x", subject_type="accounts.shop", subject_id=shop.pk)
    client.get(LIST)
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    for _ in range(60):
        make(b"x", subject_type="accounts.shop", subject_id=shop.pk)
    with CaptureQueriesContext(connection) as many:
        response = client.get(LIST)
    assert len(many) == len(few) <= 12
    assert not any('"body"' in query["sql"] or "COUNT(" in query["sql"] for query in many)
    assert reverse("admin:accounts_shop_change", args=[shop.pk]) in response.content.decode()


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("?state=invalid", True),
        ("?state=applied", False),
        ("?vendor=toy", True),
        ("?topic=shops", True),
        ("?since=2020-01-01", True),
        ("?until=2020-01-01", False),
        ("?q=event-1", True),
        ("?q=event-2", False),
        ("?q=%00", True),
    ],
)
def test_filters_and_search_leave_what_they_say(sign_in: SignIn, query: str, is_found: bool) -> None:
    make(b"!", key="event-1", state=CallbackState.INVALID)
    assert len(sign_in().get(LIST + query).context["rows"]) == is_found


def test_a_replay_works_it_off_once_more_and_a_second_one_changes_nothing(sign_in: SignIn, shop: Shop) -> None:
    callback = make(b"WEB New name", state=CallbackState.ORPHAN)
    client = sign_in("replay_callback")
    client.post(page(callback, "replay"))
    work_due_callbacks()
    shop.refresh_from_db()
    assert (shop.name, Callback.objects.get().state) == ("New name", CallbackState.APPLIED)
    before = states()
    client.post(page(callback, "replay"))
    assert work_due_callbacks() == 1
    assert states() == before


def test_marked_callbacks_are_replayed_and_others_not(sign_in: SignIn) -> None:
    first, second, third = (make(b"x") for _ in range(3))
    data = {"callback": [first.pk, third.pk, "x"], "back": LIST + "?state=new"}
    response = sign_in("replay_callback").post(reverse("admin:engine_callback_replay_many"), data)
    assert response["Location"] == LIST + "?state=new"
    due = set(Callback.objects.filter(next_at__isnull=False).values_list("pk", flat=True))
    assert due == {first.pk, third.pk}
    assert second.pk not in due


@pytest.mark.parametrize("back", ["https://elsewhere.test/", "//elsewhere.test/", "javascript:alert(1)", ""])
def test_marking_nothing_is_said_and_leads_nowhere_else(sign_in: SignIn, back: str) -> None:
    make(b"x")
    before = states()
    url = reverse("admin:engine_callback_replay_many")
    response = sign_in("replay_callback").post(url, {"back": back}, follow=True)
    assert response.redirect_chain == [(LIST, 302)]
    assert "Nothing was selected." in response.content.decode()
    assert states() == before


def test_readers_may_not_replay(sign_in: SignIn) -> None:
    callback = make(b"x")
    client, before = sign_in(), states()
    for url in (page(callback, "replay"), reverse("admin:engine_callback_replay_many")):
        assert client.post(url, {"callback": callback.pk}).status_code == 403
        assert url not in client.get(page(callback)).content.decode() + client.get(LIST).content.decode()
    assert states() == before


def test_the_command_replays_what_it_is_told_and_its_second_run_changes_nothing(shop: Shop, capsys: Any) -> None:
    old = make(b"WEB Old", state=CallbackState.ORPHAN)
    Callback.objects.update(received_at=timezone.now() - timedelta(days=2))
    new = make(b"WEB New", state=CallbackState.ORPHAN)
    since = (timezone.now() - timedelta(days=1)).isoformat()
    call_command("replay_callbacks", since=since)
    assert "1 callback" in capsys.readouterr().out
    work_due_callbacks()
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.state, new.state) == (CallbackState.ORPHAN, CallbackState.APPLIED)
    before = states()
    call_command("replay_callbacks", since=since)
    work_due_callbacks()
    assert states() == before


@pytest.mark.parametrize(
    ("options", "number"),
    [
        ({"state": "orphan"}, 2),
        ({"vendor": "toy"}, 3),
        ({"vendor": "toy", "state": "invalid"}, 1),
        ({"id": [0]}, 0),
    ],
)
def test_the_commands_options_narrow_together(capsys: Any, options: dict[str, Any], number: int) -> None:
    make(b"x", state=CallbackState.ORPHAN)
    make(b"y", state=CallbackState.ORPHAN)
    make(b"!", state=CallbackState.INVALID)
    call_command("replay_callbacks", **options)
    assert Callback.objects.filter(next_at__isnull=False).count() == number


@pytest.mark.parametrize("options", [{}, {"since": "yesterday"}, {"vendor": "nobody"}])
def test_the_command_refuses_what_it_cannot_mean(options: dict[str, Any]) -> None:
    make(b"x")
    before = states()
    with pytest.raises(CommandError):
        call_command("replay_callbacks", **options)
    assert states() == before

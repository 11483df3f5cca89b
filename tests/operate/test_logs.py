"""One number goes from a storefront's request to the vendor, back by its webhook, and along with every task."""

import json
import logging
import logging.config
import random
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import transaction
from django.test import Client
from redis import Redis

from backoffice.accounts.models import Shop
from backoffice.celery import app
from backoffice.engine.models import Callback, Push
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.services.callbacks import process_callback
from backoffice.engine.services.handlers import CALLBACK_HANDLERS
from backoffice.engine.services.pushes import queue_push
from backoffice.engine.services.reports import ReportOutcome
from backoffice.engine.services.sending import deliver
from backoffice.engine.services.task_queue import enqueue
from backoffice.sandbox import running_sandbox
from backoffice.settings import monitoring
from backoffice.vendors.base import Connection
from backoffice.vendors.errors import VendorError
from backoffice.vendors.session import VendorSession
from backoffice.web.request_id import caused_by, current_request_id
from tests.engine.toy import SHELF, MakeBoth, ToyMessage
from tests.faults.storefront import make_order, open_shop
from tests.vendors.connections import MemoryTokens, NotingLimiter

GIVEN = "0123456789abcdef"
TOKEN = "17.1tYk2x.AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg"


class Lines(logging.Handler):
    """Keeps every line as an object of JSON, as LOG_FORMAT=json writes it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, object]] = []
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(self.format(record))
        self.found.append(json.loads(self.seen[-1]))

    def of(self, logger: str) -> list[dict[str, object]]:
        return [line for line in self.found if line["logger"] == logger]


@pytest.fixture
def lines() -> Iterator[Lines]:
    handlers = {"lines": {"()": Lines, "formatter": "line", "filters": ["mask", "request"]}}
    root = logging.getLogger()
    before = root.handlers[:], root.level
    logging.config.dictConfig(
        monitoring.LOGGING
        | {
            "formatters": {"line": monitoring._FORMATTERS["json"]},
            "handlers": handlers,
            "root": {"handlers": ["lines"], "level": "INFO"},
        }
    )
    [handler] = [one for one in root.handlers if isinstance(one, Lines)]
    yield handler
    root.handlers[:], root.level = before


@pytest.mark.django_db
def test_each_request_leaves_one_line_that_opens_nothing(client: Client, lines: Lines, settings: LazySettings) -> None:
    settings.TRUSTED_PROXIES = 1
    headers = {"X-Request-ID": GIVEN, "X-Forwarded-For": "203.0.113.9"}
    client.get(f"/files/{TOKEN}/?email=jana@example.com", headers=headers)
    client.get(f"/files/{TOKEN}", headers=headers)
    client.post("/callbacks/mypromo/order/a-token-that-nobody-guesses/", headers=headers)
    client.get("/api/v1/orders/%0aforged", headers=headers)
    found = lines.of("backoffice.access")
    assert [line["path"] for line in found] == [
        "/files/\\u2022\\u2022\\u2022/", "/files/\\u2022\\u2022\\u2022",
        "/callbacks/mypromo/order/\\u2022\\u2022\\u2022/", "/api/v1/orders/\\nforged",
    ]  # fmt: skip
    assert {(line["request_id"], line["client"], line["level"]) for line in found} == {(GIVEN, "203.0.113.9", "INFO")}
    assert all(isinstance(line["milliseconds"], int) and line["status"] for line in found)
    assert not any(secret in "".join(lines.seen) for secret in (TOKEN, "nobody-guesses", "jana"))


@pytest.mark.django_db
def test_who_watches_leaves_no_lines(client: Client, lines: Lines) -> None:
    client.get("/healthz")
    client.get("/metrics")
    assert lines.of("backoffice.access") == []


@pytest.mark.django_db
def test_lines_name_the_key_or_the_member_of_staff(admin_client: Client, lines: Lines) -> None:
    admin_client.get("/admin/")
    [line] = lines.of("backoffice.access")
    assert str(line["who"]).startswith("user ")


@pytest.mark.django_db(transaction=True)
def test_a_push_is_sent_under_the_number_of_what_made_it_necessary(toy_vendor: MakeBoth, shop: Shop) -> None:
    with caused_by(GIVEN), transaction.atomic():
        push = queue_push("toy.make", vendor="toy", subject=shop, actor="test")
    seen: list[str] = []
    SHELF.mishaps.append(lambda _name: seen.append(current_request_id()))
    with caused_by("the-sweep"):
        deliver(push.pk)
        assert current_request_id() == "the-sweep"
    assert seen == [GIVEN]


@pytest.mark.django_db(transaction=True)
def test_what_an_order_makes_necessary_carries_the_number_that_its_shop_was_given(client: Client) -> None:
    key = open_shop()
    body = make_order(1, chance=random.Random(1), lines=1)
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "one"}
    answer = client.post("/api/v1/orders/", body, content_type="application/json", headers=headers)
    assert answer.status_code == 201, answer.content
    assert set(Push.objects.values_list("request_id", flat=True)) == {answer["X-Request-ID"]}


@pytest.mark.django_db
def test_a_callback_is_worked_off_under_the_number_of_its_request(
    client: Client, toy_vendor: MakeBoth, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TRUSTED_PROXIES = 1
    seen: list[str] = []

    def note(_callback: Callback, _message: Any, _vendor: Any) -> ReportOutcome:
        seen.append(current_request_id())
        return ReportOutcome(CallbackState.KNOWN)

    monkeypatch.setitem(CALLBACK_HANDLERS, ToyMessage, note)
    headers = {"Authorization": "Bearer toy", "X-Request-ID": GIVEN}
    client.post("/callbacks/toy/shops/", b"x", content_type="text/plain", headers=headers)
    with caused_by("the-sweep"):
        process_callback(Callback.objects.get().pk)
    assert seen == [GIVEN]


def test_each_request_to_a_vendor_leaves_one_line_without_its_query(lines: Lines) -> None:
    with running_sandbox(speed=5) as sandbox, caused_by(GIVEN):
        connection = Connection(limiter=NotingLimiter(), tokens=MemoryTokens(), patience=5)
        session = VendorSession("mypromo", base_url=sandbox.url, connection=connection)
        with pytest.raises(VendorError):
            session.request("GET", "oauth/nothing", params={"email": "jana@example.com"})
    [line, *_more] = lines.of("backoffice.calls")
    assert (line["vendor"], line["method"], line["request_id"]) == ("mypromo", "GET", GIVEN)
    assert str(line["url"]).endswith("/oauth/nothing")
    assert "jana" not in "".join(lines.seen)


def test_a_number_goes_along_with_tasks_and_a_task_without_one_has_its_own(settings: LazySettings) -> None:
    seen: list[str] = []

    @app.task(name="tests.note_number")
    def note_number() -> None:
        seen.append(current_request_id())

    with Redis.from_url(settings.REDIS_URL) as redis:
        redis.delete("celery")
        with caused_by(GIVEN):
            assert enqueue("tests.note_number")
        enqueue("tests.note_number")
        with app.connection_for_read() as connection, app.amqp.TaskConsumer(connection, accept=["json"]) as consumer:
            from celery.worker.request import Request

            for _message in range(2):
                message = consumer.queues[0].bind(connection.default_channel).get(no_ack=True)
                request = Request(message, app=app, task=note_number)
                request.execute()
    note_number.app.tasks.unregister("tests.note_number")
    assert seen[0] == GIVEN
    assert len(seen[1]) == 32
    assert seen[1] != GIVEN
    assert current_request_id() == ""

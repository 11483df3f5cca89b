import logging

import pytest
from django.conf import LazySettings
from django.test import Client

from backoffice.web.request_id import NameRequest

GIVEN = "0123456789abcdef"


def ask(client: Client, given: str = GIVEN) -> str:
    return client.get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"]


def test_each_answer_has_a_number_and_a_trusted_proxy_may_give_it(client: Client, settings: LazySettings) -> None:
    assert len({ask(client), ask(client), GIVEN}) == 3
    settings.TRUSTED_PROXIES = 1
    assert ask(client) == GIVEN
    assert ask(client, "x" * 65) != "x" * 65
    assert ask(client, "a\tb") != "a\tb"


@pytest.mark.django_db
def test_lines_of_the_log_carry_it(client: Client, settings: LazySettings) -> None:
    settings.TRUSTED_PROXIES = 1
    lines: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.addFilter(NameRequest())
    handler.emit = lines.append  # type: ignore[method-assign]
    logging.getLogger("backoffice.engine.api.callbacks").addHandler(handler)
    try:
        client.post("/callbacks/mypromo/order/nobody/", headers={"X-Request-ID": GIVEN})
    finally:
        logging.getLogger("backoffice.engine.api.callbacks").removeHandler(handler)
    assert [line.request_id for line in lines] == [GIVEN]  # type: ignore[attr-defined]

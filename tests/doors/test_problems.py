"""Pages for what cannot be shown: in words, in the reader's language, and without anything that may have failed."""

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import SuspiciousOperation
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.urls import path

from backoffice import urls

pytestmark = pytest.mark.django_db


def shown(answer: object) -> str:
    """Return the heading and the text of the page."""
    page = answer.content.decode()  # type: ignore[attr-defined]
    parts = [re.search(rf"<{tag}[^>]*>(.*?)</{tag}>", page.split("<section")[1], re.DOTALL) for tag in ("h1", "p")]
    return ": ".join(part[1] for part in parts if part)


@pytest.fixture
def clerk() -> Client:
    """Return the browser of somebody who has no role."""
    client = Client()
    user = User.objects.create_user("carla", password="a-long-password-4711", is_staff=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put two addresses beside ours whose views fail."""

    def fail(_request: HttpRequest) -> None:
        raise RuntimeError("secret detail")

    def refuse(_request: HttpRequest) -> None:
        raise SuspiciousOperation("secret detail")

    from django.urls import clear_url_caches

    monkeypatch.setattr(urls, "urlpatterns", [path("broken/", fail), path("odd/", refuse), *urls.urlpatterns])
    clear_url_caches()
    yield
    clear_url_caches()


def test_an_address_where_nothing_is_says_so_and_leads_back(admin_client: Client) -> None:
    answer = admin_client.get("/nothing/here/")
    assert answer.status_code == 404
    assert "Page not found: It may have been deleted" in shown(answer)
    assert 'href="/admin/"' in answer.content.decode()
    assert answer["X-Request-ID"] in answer.content.decode()
    assert admin_client.get("/admin/orders/nothing/").status_code == 404


def test_it_is_read_in_the_readers_language(admin_client: Client) -> None:
    answer = admin_client.get("/nothing/here/", headers={"Accept-Language": "de"})
    assert "Seite nicht gefunden" in shown(answer)
    assert '<html lang="de">' in answer.content.decode()


def test_who_may_not_see_a_page_reads_whom_to_ask(clerk: Client) -> None:
    answer = clerk.get("/admin/orders/order/")
    assert answer.status_code == 403
    assert "You may not open this page: None of your roles includes it. Ask an administrator" in shown(answer)


def test_a_form_of_another_session_says_that_nothing_was_changed(admin_user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post("/admin/logout/")
    assert answer.status_code == 403
    assert "This form has expired: Nothing was changed." in shown(answer)


def test_a_fault_of_ours_is_named_by_its_request_and_gives_nothing_away(client: Client, broken: None) -> None:
    client.raise_request_exception = False
    answer = client.get("/broken/")
    assert answer.status_code == 500
    assert "Something went wrong" in shown(answer)
    assert answer["X-Request-ID"] in answer.content.decode()
    answer = client.get("/odd/")
    assert (answer.status_code, "This request could not be read" in shown(answer)) == (400, True)
    assert "secret detail" not in answer.content.decode()


def test_the_pages_need_no_database(broken: None) -> None:
    def refuse(*_anything: object) -> None:
        raise AssertionError("The page asks the database.")

    client = Client(raise_request_exception=False)
    with connection.execute_wrapper(refuse):
        assert "Something went wrong" in shown(client.get("/broken/"))


def test_an_address_of_the_api_is_answered_as_the_api_answers(client: Client) -> None:
    answer = client.get("/api/v1/nothing/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")

"""What a browser may load and run on our pages, and what becomes of its reports."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from backoffice.staff import policy_reports
from backoffice.staff.models import PolicyReport
from tests.doors.test_settings import load, production

__all__ = ["load"]
pytestmark = pytest.mark.django_db
REPORTS = "/csp-reports/"


def directives(header: str) -> dict[str, list[str]]:
    return {name: values for name, *values in (part.split() for part in header.split(";") if part.strip())}


def report(**changes: Any) -> bytes:
    said = {
        "document-uri": "https://backoffice.example.com/admin/customers/?email=jana@example.com#x",
        "effective-directive": "script-src-elem",
        "blocked-uri": "https://evil.example/x.js?who=jana",
        "source-file": "https://backoffice.example.com/static/a.js",
        "line-number": 7,
    }
    return json.dumps({"csp-report": said | changes}).encode()


def send(client: Client, body: bytes) -> int:
    return client.post(REPORTS, body, content_type="application/csp-report").status_code


@pytest.mark.parametrize("address", ["/admin/login/", "/api/v1/orders/", "/healthz", "/nowhere"])
def test_no_answer_lets_text_become_code(client: Client, address: str) -> None:
    answer = client.get(address)
    policy = directives(answer.headers["Content-Security-Policy"])
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
    assert policy["script-src"] == ["'self'", "'wasm-unsafe-eval'"]
    assert policy["style-src"] == policy["form-action"] == ["'self'"]
    assert "microphone=()" in answer.headers["Permissions-Policy"]
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_only_the_document_page_has_styles_of_its_own(client: Client) -> None:
    policy = directives(client.get("/api/docs/").headers["Content-Security-Policy"])
    assert policy["style-src"] == ["'self'", "'unsafe-inline'"]
    assert policy["script-src"] == ["'self'", "'wasm-unsafe-eval'"]


def test_cookies_are_of_this_host_only_where_there_is_https(load: Callable[..., dict[str, Any]]) -> None:
    loaded = load(production())
    assert (loaded["SESSION_COOKIE_NAME"], loaded["CSRF_COOKIE_NAME"]) == ("__Host-sessionid", "__Host-csrftoken")
    assert (loaded["SESSION_COOKIE_SECURE"], loaded["CSRF_COOKIE_SECURE"]) == (True, True)
    assert "http:" not in loaded["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]["img-src"]
    assert settings.SESSION_COOKIE_NAME == "sessionid"


def test_a_report_is_kept_once_with_its_count_and_without_what_names_people(client: Client) -> None:
    assert [send(client, report()) for _again in range(3)] == [204] * 3
    (kept,) = PolicyReport.objects.all()
    assert (kept.page, kept.count) == ("https://backoffice.example.com/admin/customers/", 3)
    assert (kept.directive, kept.blocked) == ("script-src-elem", "https://evil.example/x.js")
    assert kept.source == "https://backoffice.example.com/static/a.js:7"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"csp-report": 5}',
        b"[" * 20_000,
        b"\xff",
        report(source="x" * 16_384),
    ],
    ids=["empty", "list", "cut", "number", "deep", "no text", "too large"],
)
def test_what_is_no_report_is_dropped(client: Client, body: bytes) -> None:
    assert send(client, body) == 204
    assert not PolicyReport.objects.exists()


def test_a_strange_report_is_kept_as_far_as_it_goes(client: Client) -> None:
    strange = report(**{"document-uri": "http://[", "blocked-uri": "inline\x00", "effective-directive": None})
    assert send(client, strange) == 204
    assert send(client, report(**{"blocked-uri": {"a": 1}, "document-uri": "x" * 5000, "line-number": [1]})) == 204
    assert all(len(kept.page) <= 200 for kept in PolicyReport.objects.all())


def test_no_more_than_so_many_are_kept_and_known_ones_still_counted(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy_reports, "MAX_KEPT", 3)
    for number in range(5):
        send(client, report(**{"blocked-uri": f"https://evil.example/{number}"}))
    assert PolicyReport.objects.count() == 3
    send(client, report(**{"blocked-uri": "https://evil.example/0"}))
    assert PolicyReport.objects.get(blocked="https://evil.example/0").count == 2


def test_what_was_blocked_is_on_a_page(admin_client: Client) -> None:
    assert "Nothing was blocked" in admin_client.get("/admin/backoffice/policyreport/").content.decode()
    PolicyReport.objects.create(
        page="/admin/", directive="img-src", blocked='<img src=x onerror="1">', last_at=timezone.now()
    )
    assert "&lt;img src=x" in admin_client.get("/admin/backoffice/policyreport/").content.decode()

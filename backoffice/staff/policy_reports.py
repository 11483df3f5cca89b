"""What browsers report of our Content-Security-Policy: kept, counted, and bounded, as anybody may send any report."""

import json
from typing import Any
from urllib.parse import urlsplit

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from backoffice.staff.models import PolicyReport
from backoffice.text.cleaning import clean_foreign

MAX_BYTES = 16 * 1024
# Different ones that are kept; of those that are known only the count goes on.
MAX_KEPT = 1000

_KEEP = f"""
INSERT INTO {PolicyReport._meta.db_table} (page, directive, blocked, source, count, first_at, last_at)
SELECT %(page)s, %(directive)s, %(blocked)s, %(source)s, 1, %(now)s, %(now)s
WHERE (SELECT count(*) FROM (SELECT 1 FROM {PolicyReport._meta.db_table} LIMIT %(limit)s) AS kept) < %(limit)s
   OR EXISTS (SELECT 1 FROM {PolicyReport._meta.db_table}
              WHERE page = %(page)s AND directive = %(directive)s AND blocked = %(blocked)s)
ON CONFLICT (page, directive, blocked) DO UPDATE
SET count = {PolicyReport._meta.db_table}.count + 1, last_at = EXCLUDED.last_at, source = EXCLUDED.source
"""  # noqa: S608 - names of our own tables


@csrf_exempt
@require_POST
def receive_report(request: HttpRequest) -> HttpResponse:
    """Keep a report in the form of `report-uri`; what is none, or too large, is dropped. 204 in any case."""
    body = request.read(MAX_BYTES + 1)
    report = _report_in(body) if len(body) <= MAX_BYTES else None
    if report is not None:
        keep_report(report)
    return HttpResponse(status=204)


def keep_report(report: dict[str, Any]) -> None:
    """Count the report, of which only addresses without query are kept."""
    place = f"{_address(report.get('source-file'))}:{_text(report.get('line-number'), 10)}"
    params: dict[str, Any] = {
        "page": _address(report.get("document-uri")),
        "directive": _text(report.get("effective-directive") or report.get("violated-directive"), 50).split(" ")[0],
        "blocked": _address(report.get("blocked-uri")),
        "source": place.strip(":")[:200],
        "now": timezone.now(),
        "limit": MAX_KEPT,
    }
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, params)


def _report_in(body: bytes) -> dict[str, Any] | None:
    try:
        report = json.loads(body).get("csp-report")
    except (ValueError, AttributeError, RecursionError):
        return None
    return report if isinstance(report, dict) else None


def _address(value: object) -> str:
    """Return an address without query and fragment; "inline" and the like as they are."""
    try:
        parts = urlsplit(_text(value, 2000))
    except ValueError:
        return ""
    return _text(f"{parts.scheme}://{parts.netloc}{parts.path}" if parts.netloc else parts.path or parts.scheme, 200)


def _text(value: object, limit: int) -> str:
    return (
        clean_foreign(value if isinstance(value, str) else str(value), is_line=True)[:limit]
        if value is not None
        else ""
    )

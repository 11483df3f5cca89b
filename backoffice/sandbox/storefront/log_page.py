"""The page that shows every webhook that came, with its body."""

import json
from collections.abc import Iterable
from html import escape
from typing import Any

from backoffice.sandbox.wire import Response

_STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 64rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; }
td, th { padding: .5rem .6rem; border-top: 1px solid #8884; text-align: left; vertical-align: top; }
th { border: 0; font-size: .8rem; }
time, code { white-space: nowrap; }
.bad { color: #c0392b; font-weight: 600; }
summary { cursor: pointer; }
pre { padding: .75rem; background: #8881; white-space: pre-wrap; }
.wide { overflow-x: auto; }
"""


def show_log(arrivals: Iterable[dict[str, Any]]) -> Response:
    """Return the page, with the webhooks in that order."""
    rows = "".join(_row(arrival) for arrival in arrivals)
    columns = "<tr><th>At (UTC)</th><th>Topic</th><th>Event</th><th>Try</th><th>Verdict</th></tr>"
    shown = f'<div class="wide"><table>{columns}{rows}</table></div>' if rows else "<p>No webhook has come yet.</p>"
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Webhooks of the shop</title>'
    )
    html = (
        f'<!doctype html><html lang="en"><head>{head}<style>{_STYLE}</style></head>'
        f'<body><h1>Webhooks that the shop got</h1><p><a href="./">To the shop</a></p>{shown}'
    )
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    }
    return Response(200, html.encode(), headers)


def _row(arrival: dict[str, Any]) -> str:
    bad = "" if arrival["is_verified"] else ' class="bad"'
    try:
        shown = json.dumps(json.loads(arrival["body"]), indent=2, ensure_ascii=False)
    except ValueError:
        shown = arrival["body"]
    return (
        f"<tr><td><time>{escape(arrival['at'])}</time></td><td>{escape(arrival['topic'])}</td>"
        f"<td><code>{escape(arrival['id'])}</code></td><td>{escape(arrival['attempt'])}</td>"
        f"<td{bad}>{escape(arrival['verdict'])}<details><summary>Body</summary><pre>{escape(shown)}</pre></details></td>"
        "</tr>"
    )

"""Lists: `page` and `per_page`, the links and the meta block, and what `pagination=false` answers with."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from backoffice.sandbox.options import Options
from backoffice.sandbox.wire import Request, Response, dumps, json_response, streamed_json

Render = Callable[[Any], dict[str, Any]]


def list_response(
    request: Request,
    rows: Sequence[Any],
    render: Render,
    *,
    options: Options,
    most: int = 0,
    numeric_per_page: bool = False,
) -> Response:
    """Return one page of rows, or all of them when the query says `pagination=false`.

    `most` is the documented largest page (0: none). `meta.per_page` comes back as text, as in most of the
    document's examples; `numeric_per_page` is for the one list that shows a number.
    """
    if request.query.get("pagination", "").lower() in ("false", "0"):
        return _everything(request, rows, render, options=options, numeric_per_page=numeric_per_page)
    size = _number(request.query.get("per_page"), default=5)
    for cap in (most, options.page_cap):
        size = min(size, cap) if cap else size
    page = _number(request.query.get("page"), default=1)
    skipped = _number(request.query.get("from"), default=0, least=0) if options.offset_from else 0
    start = skipped + (page - 1) * size
    shown = [render(row) for row in rows[start : start + size]]
    envelope = _envelope(request, start=start, shown=len(shown), size=size, page=page, total=len(rows))
    envelope["meta"]["per_page"] = size if numeric_per_page else str(size)
    return json_response(200, {"data": shown, **envelope})


def _everything(
    request: Request, rows: Sequence[Any], render: Render, *, options: Options, numeric_per_page: bool
) -> Response:
    rendered: Iterator[dict[str, Any]] = (render(row) for row in rows)
    if options.unpaged == "bare":
        return streamed_json(b"[", rendered, b"]")
    if options.unpaged == "data":
        return streamed_json(b'{"data":[', rendered, b"]}")
    total = len(rows)
    envelope = _envelope(request, start=0, shown=total, size=max(total, 1), page=1, total=total)
    size = _number(request.query.get("per_page"), default=5)
    envelope["meta"]["per_page"] = size if numeric_per_page else str(size)
    return streamed_json(b'{"data":[', rendered, b"]," + dumps(envelope)[1:])


def _envelope(request: Request, *, start: int, shown: int, size: int, page: int, total: int) -> dict[str, Any]:
    path = f"{request.base_url}{request.path.rstrip('/')}"
    last = max(1, -(-total // size))
    return {
        "links": {
            "first": f"{path}?page=1",
            "last": f"{path}?page={last}",
            "prev": f"{path}?page={page - 1}" if page > 1 else None,
            "next": f"{path}?page={page + 1}" if page < last else None,
        },
        "meta": {
            "current_page": page,
            "from": start + 1 if shown else None,
            "last_page": last,
            "path": path,
            "to": start + shown if shown else None,
            "total": total,
        },
    }


def _number(text: str | None, *, default: int, least: int = 1) -> int:
    try:
        return max(least, int(text)) if text else default
    except ValueError:
        return default

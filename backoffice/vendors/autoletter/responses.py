"""What became of each order of a request. No document shows an answer, so all that may be one is understood.

A refusal or a mixed answer names orders by `OrderId`, by number or by place, in lists or objects of many names. What
is named gets its verdict. What is not named was taken when the answer is a 2xx, and is left open otherwise, or where it
counts more failures than it names.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import msgspec

from backoffice.masking import mask
from backoffice.vendors.errors import VendorAmbiguous, VendorAuthFailed, VendorRejected
from backoffice.vendors.export_messages import ExportedOrder, ExportResult, OrderToExport, Unclear
from backoffice.vendors.responses import EXCERPT, Response

MIXED = 207
_NAMES = "errors error orders details results records items data summary failed rejected invalid"
_LISTS = tuple(_NAMES.split())
# Lists of these names hold what went wrong; the others hold every order, with or without an error.
_OF_ERRORS = frozenset({"errors", "error", "details", "failed", "rejected", "invalid"})
# Those that may hold how many went wrong instead.
_COUNTS = ("errors", "error", "failed", "rejected", "invalid")
_TEXTS = ("message", "error", "errors", "detail", "details", "description", "reason", "title", "text")
_IDS = ("orderid", "order_id", "id")
_NUMBERS = ("ordernumber", "order_number", "number", "externalid", "external_id")
_PLACES = ("index", "position", "row")
_DUPLICATE = re.compile(r"already|duplicate|\bexists?\b|not unique|bereits|vorhanden|doppelt", re.IGNORECASE)
# "The country does not exist", "field nicht vorhanden": the very words, and the opposite.
_ABSENT = re.compile(
    r"(?:\bnot|n't|\bnever|\bmust|\bshould|\bhas to|\bno longer|\bnicht|\bkein\w*)\s+(?:(?:yet|mehr)\s+)?"
    r"(?:exists?\b|vorhanden\w*)",
    re.IGNORECASE,
)
_GOOD_WORDS = re.compile(r"\bok\b|success|created|imported|accepted|received", re.IGNORECASE)
_BAD_WORDS = frozenset({"error", "failed", "failure", "rejected", "invalid", "duplicate", "skipped", "conflict"})
_IN_PATH = re.compile(r"^\W*+(?:orders)?\W*+(\d{1,4})(?!\d)")


@dataclass(frozen=True)
class _Error:
    """One error of an order, or of all (`order_id` empty)."""

    order_id: str
    text: str
    is_duplicate: bool


def read_answer(answer: Response, *, orders: Sequence[OrderToExport]) -> list[ExportedOrder] | Unclear:
    """Return what the response says: of all orders after a 2xx, else of those it names; Unclear when of none.

    Raises VendorAuthFailed for an address where there is no such route, VendorAmbiguous for a 2xx that is no answer of
    an interface, VendorRejected for a request that is too large.
    """
    _raise_for_all(answer)
    is_accepted = 200 <= answer.status < 300
    content = _content(answer, is_accepted=is_accepted)
    errors = list(_errors(content, orders=orders, status=answer.status))
    named = {found.order_id: found for found in errors if found.order_id}
    general = [found for found in errors if not found.order_id]
    if not is_accepted and not named and len(orders) == 1:
        return [_verdict(orders[0].order_id, _of_one(answer, general))]
    if general and len(orders) == 1:
        named.setdefault(orders[0].order_id, general[0])
    elif is_accepted and general:
        return Unclear(text=general[0].text)
    if not is_accepted and not named:
        return Unclear(text=general[0].text if general else answer.excerpt)
    verdicts = [_verdict(order_id, found) for order_id, found in named.items()]
    if is_accepted:
        verdicts += [
            ExportedOrder(order_id=o.order_id, verdict=ExportResult.TAKEN) for o in orders if o.order_id not in named
        ]
    return verdicts


def _is_duplicate(text: str) -> bool:
    """Return whether it says that the order is there already."""
    return bool(_DUPLICATE.search(_ABSENT.sub("", text)))


def _raise_for_all(answer: Response) -> None:
    """Raise what has nothing to do with any single order."""
    if answer.status in (404, 405):
        text = (
            f"AutoLetter takes no orders at this address (HTTP {answer.status}): AUTOLETTER_URL has to be the whole "
            "address that AutoLetter shows for the API integration."
        )
        raise VendorAuthFailed(text, **answer.seen)
    if answer.status == 413:
        raise VendorRejected("AutoLetter takes fewer orders at once.", status=413, excerpt=answer.excerpt)


def _content(answer: Response, *, is_accepted: bool) -> Any:
    """Return the JSON of the body; None where there is none and none is needed."""
    body = answer.body.strip()
    try:
        return msgspec.json.decode(body) if body else None
    except (ValueError, RecursionError) as error:
        if not is_accepted:
            return mask(body[:EXCERPT].decode("utf-8", "replace"))
        if "json" not in answer.headers.get("content-type", "") and body[:1] not in b"<{[" and len(body) < EXCERPT:
            return None  # a plain "OK"
        text = "AutoLetter answered what we cannot read."
        raise VendorAmbiguous(text, **answer.seen) from error


def _of_one(answer: Response, general: Sequence[_Error]) -> _Error:
    """Return all errors as that of the only order."""
    text = general[0].text if general else answer.excerpt or f"HTTP {answer.status}"
    duplicate = answer.status == 409 or any(found.is_duplicate for found in general) or _is_duplicate(text)
    return _Error("", text, duplicate)


def _verdict(order_id: str, found: _Error) -> ExportedOrder:
    verdict = ExportResult.KNOWN if found.is_duplicate else ExportResult.REFUSED
    return ExportedOrder(order_id=order_id, verdict=verdict, text=found.text)


def _errors(content: Any, *, orders: Sequence[OrderToExport], status: int) -> Iterator[_Error]:
    """Return everything in the response that reports an error."""
    if isinstance(content, list):
        yield from _of_list(content, orders=orders, is_error=status >= 300)
    elif isinstance(content, dict):
        yield from _of_object(content, orders=orders, is_refusal=status >= 300 or _is_mixed(content, status=status))
    elif isinstance(content, str) and content:
        yield _error(content, orders=orders)


def _is_mixed(content: Mapping[str, Any], *, status: int) -> bool:
    """Return whether the message of a 2xx reports that something was not taken; if not, a repeat does no harm."""
    text = _text({key.lower(): value for key, value in content.items()})
    return bool(text) and not _GOOD_WORDS.search(text) and (status == MIXED or bool(_DUPLICATE.search(text)))


def _of_object(content: Mapping[str, Any], *, orders: Sequence[OrderToExport], is_refusal: bool) -> Iterator[_Error]:
    given = {key.lower(): value for key, value in content.items()}
    found: list[_Error] = []
    for name in _LISTS:
        if (below := given.get(name)) not in (None, "", [], {}):
            found += _below(below, orders=orders, is_error=name in _OF_ERRORS)
    text = _text(given)
    if not found and text and given.get("success") is not True and (is_refusal or _reports_failure(given)):
        found = [_error(text, orders=orders)]
    yield from found
    name, failed = max(((name, _count(given.get(name))) for name in _COUNTS), key=itemgetter(1))
    if failed > len(found):  # more went wrong than it names
        yield _Error("", text or f"{name}: {failed}", _is_duplicate(text))


def _count(value: Any) -> int:
    """Return a number of failures, 0 for anything else."""
    number = int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 7 else value
    return number if isinstance(number, int) and not isinstance(number, bool) else 0


def _below(value: Any, *, orders: Sequence[OrderToExport], is_error: bool) -> Iterator[_Error]:
    if isinstance(value, list):
        yield from _of_list(value, orders=orders, is_error=is_error)
    elif isinstance(value, dict):
        keys = {key.lower() for key in value}
        if keys & set(_LISTS):
            yield from _of_object(value, orders=orders, is_refusal=is_error)
        elif is_error and keys & set(_TEXTS):
            yield from _of_entry(value, orders=orders, is_error=True, place=None)
        elif is_error:
            for key, text in value.items():
                yield _error(_plain(text), orders=orders, name=key)


def _of_list(entries: list[Any], *, orders: Sequence[OrderToExport], is_error: bool) -> Iterator[_Error]:
    """Return the errors of a list. One as long as ours, of entries that are no errors each, goes in our order."""
    whole = not is_error and len(entries) == len(orders)
    for place, entry in enumerate(entries):
        yield from _of_entry(entry, orders=orders, is_error=is_error, place=place if whole else None)


def _of_entry(entry: Any, *, orders: Sequence[OrderToExport], is_error: bool, place: int | None) -> Iterator[_Error]:
    """Return an entry of a list of errors, or the error that one of a list of orders holds."""
    if not isinstance(entry, dict):
        if is_error:
            yield _error(_plain(entry), orders=orders)
        return
    given = {key.lower(): value for key, value in entry.items()}
    if not is_error and not _reports_failure(given):
        return
    text = _text(given) or _plain(given.get("status")) or _plain(entry)
    order_id = _named(given, orders) or (orders[place].order_id if place is not None else "")
    duplicate = _is_duplicate(text) or 409 in (given.get("status"), given.get("code"), given.get("statuscode"))
    word = _plain(given.get("status")) + _plain(given.get("code"))
    if order_id:
        yield _Error(order_id, text[:EXCERPT], duplicate or _is_duplicate(word))
    else:
        path = _plain(given.get("path") or given.get("field") or given.get("property") or given.get("pointer"))
        yield _error(text, orders=orders, name=path)


def _reports_failure(given: Mapping[str, Any]) -> bool:
    status = given.get("status", given.get("code", given.get("statuscode")))
    if isinstance(status, int) and not isinstance(status, bool) and status >= 400:
        return True
    if isinstance(status, str) and (status.lower() in _BAD_WORDS or _DUPLICATE.search(status)):
        return True
    if given.get("success") in (False, 0) and "success" in given:
        return True
    return any(given.get(name) not in (None, "", [], {}, False, 0) for name in ("error", "errors"))


def _named(given: Mapping[str, Any], orders: Sequence[OrderToExport]) -> str:
    """Return the `order_id` that an entry names, empty when it names none of ours."""
    by_id, by_number = _by_id(orders), _by_number(orders)
    for name in _IDS:
        if (order_id := _plain(given.get(name))) in by_id:
            return order_id
    for name in _NUMBERS:
        if (number := _plain(given.get(name))) in by_number:
            return by_number[number]
    for name in _PLACES:
        place = given.get(name)
        if isinstance(place, int) and not isinstance(place, bool) and 0 <= place < len(orders):
            return orders[place].order_id
    below = given.get("order")
    if isinstance(below, dict):
        return _named({key.lower(): value for key, value in below.items()}, orders)
    return _plain(below) if _plain(below) in by_id else by_number.get(_plain(below), "")


def _error(text: str, *, orders: Sequence[OrderToExport], name: str = "") -> _Error:
    """Return an error of the order named in its key or in the text, if any."""
    order_id = _in_name(name, orders) or _in_text(text, orders)
    return _Error(order_id, f"{name}: {text}"[:EXCERPT] if name else text[:EXCERPT], _is_duplicate(text))


def _in_name(name: str, orders: Sequence[OrderToExport]) -> str:
    """Return the order of a key: an id, a number, or a path such as "[3].Total" or "orders.3.Address"."""
    if name in _by_id(orders):
        return name
    if name in (by_number := _by_number(orders)):
        return by_number[name]
    found = _IN_PATH.match(name)
    if found and ("." in name or not name[:1].isdigit()):
        place = int(found[1])
        return orders[place].order_id if place < len(orders) else ""
    return ""


def _in_text(text: str, orders: Sequence[OrderToExport]) -> str:
    """Return the only order named in a sentence. A bare number could be a length or a limit, so it needs a word."""
    words = set(re.findall(r"[\w-]+", text))
    named = set(re.findall(r"\border(?:\s?_?(?:id|number|no))?\b\W{0,4}([\w-]+)", text, re.IGNORECASE))
    found = {o.order_id for o in orders if o.number in words or o.order_id in named or o.number in named}
    return found.pop() if len(found) == 1 else ""


def _by_id(orders: Sequence[OrderToExport]) -> set[str]:
    return {order.order_id for order in orders}


def _by_number(orders: Sequence[OrderToExport]) -> dict[str, str]:
    return {o.reference: o.order_id for o in orders if o.reference} | {o.number: o.order_id for o in orders}


def _text(given: Mapping[str, Any]) -> str:
    values = (given.get(name) for name in _TEXTS)
    return next((_plain(value) for value in values if value not in (None, "", [], {}, 0) and not _count(value)), "")


def _plain(value: Any) -> str:
    """Return a value as masked text."""
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, (list, tuple)):
        return " ".join(_plain(item) for item in value)[:EXCERPT]
    text = value if isinstance(value, str) else str(value) if isinstance(value, (int, float)) else _json(value)
    return mask(text).replace("\x00", "\ufffd")[:EXCERPT]


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()

"""What a response to orders means: the body decides, the HTTP status only where the body says nothing."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec

from backoffice.vendors.errors import VendorAmbiguous, VendorAuthFailed, VendorNotFound, VendorRejected
from backoffice.vendors.export_messages import ExportedOrder, ExportResult, Unclear
from backoffice.vendors.guaranteed_reviews.schemas import ImportResponse, ProblemSchema
from backoffice.vendors.responses import Response, raise_for

NAME = "Guaranteed Reviews"
# The only message of the document is English; keys have languages, and so may messages.
_ALREADY_SENT = re.compile(
    r"already (?:been |be )?(?:sent|imported|received|exist|known)|déjà|bereits|\bgià\b|\bya (?:se |han? |fue)|"
    r"\bal eerder\b|duplicat|\bjá\b",
    re.IGNORECASE,
)
_KEY = re.compile(r"api[ _-]?key|clé (?:d['’e ]?)?api|api[ _-]?schlüssel|chiave api|clave api", re.IGNORECASE)
_MISSING = re.compile(r"missing|mandatory|required|manquant|obligatoire|fehlen|mancant|obligator", re.IGNORECASE)
_ACCESS = re.compile(
    r"\bkey\b|\bclé\b|schlüssel|token|credential|authenti|unauthori[sz]|not authori[sz]ed|forbidden|not allowed|"
    r"permission|unknown site|subscription",
    re.IGNORECASE,
)


def read_results(answer: Response, *, order_ids: Sequence[str]) -> list[ExportedOrder] | Unclear:
    """Return the verdict on each order, or Unclear for more than one where the answer fits only some.

    Raises VendorAmbiguous for an answer that says nothing certain (sending again is safe), VendorUnavailable when the
    vendor asks to wait, VendorAuthFailed when it is the key or the address that is wrong.
    """
    content = _json(answer.body)
    if (imported := read_import(content)) is not None and answer.status != 429:
        return _read_import_result(imported, answer, order_ids=order_ids)
    if (problem := _read_problem(content, status=answer.status)) is not None:
        status = problem.status if problem.status and problem.status >= 400 else answer.status
        return _read_error_body(problem, replace(answer, status=status), order_ids=order_ids)
    if 200 <= answer.status < 300:
        raise VendorAmbiguous(f"{NAME} answered what we cannot read.", **answer.seen)
    return _read_refusal("", answer, order_ids=order_ids)


def read_import(content: Any) -> ImportResponse | None:
    """Return the documented answer; None for anything else. Numbers and flags may come as text."""
    if not isinstance(content, dict) or (success := _whole(content.get("success"))) is None:
        return None
    message = content.get("message")
    return ImportResponse(
        success=success > 0,
        imported=_whole(content.get("orders_imported")),
        count=_whole(content.get("orders_count")),
        message=message if isinstance(message, str) else "",
    )


def _read_import_result(
    imported: ImportResponse, answer: Response, *, order_ids: Sequence[str]
) -> list[ExportedOrder] | Unclear:
    sent, message = len(order_ids), imported.message
    if imported.imported is not None and imported.imported >= sent:
        return _all(order_ids, ExportResult.TAKEN, message)
    if imported.success:
        return _read_partial_result(imported, answer, order_ids=order_ids)
    if imported.imported:
        return _unclear(answer, message, order_ids=order_ids)
    if _is_known(message):
        return _all(order_ids, ExportResult.KNOWN, message)
    return _read_refusal(message, answer, order_ids=order_ids)


def _read_partial_result(
    imported: ImportResponse, answer: Response, *, order_ids: Sequence[str]
) -> list[ExportedOrder] | Unclear:
    """Return the meaning of a success, which is true for one order of many already."""
    if len(order_ids) == 1 and imported.imported is None:
        return _all(order_ids, ExportResult.TAKEN, imported.message)
    if len(order_ids) == 1 and _is_known(imported.message):
        return _all(order_ids, ExportResult.KNOWN, imported.message)
    return _unclear(answer, imported.message, order_ids=order_ids)


def _read_error_body(
    problem: ProblemSchema, answer: Response, *, order_ids: Sequence[str]
) -> list[ExportedOrder] | Unclear:
    """Return the meaning of a problem in WordPress' words, with the status it names."""
    if _is_known(problem.message):
        return _all(order_ids, ExportResult.KNOWN, problem.message)
    return _read_refusal(problem.message or problem.code, answer, order_ids=order_ids, code=problem.code)


def _read_refusal(
    message: str, answer: Response, *, order_ids: Sequence[str], code: str = ""
) -> list[ExportedOrder] | Unclear:
    """Return the meaning of "nothing imported", where that is not because it was known."""
    text = f"{code} {message}"
    misses_field = bool(_MISSING.search(text)) and answer.status not in (401, 403)
    names_key = bool(_KEY.search(text)) or (bool(_ACCESS.search(text)) and not misses_field)
    if answer.status < 500 and answer.status not in (404, 405, 429) and names_key:
        raise VendorAuthFailed(f"{NAME} refuses our key: {message}", **answer.seen)
    if not (200 <= answer.status < 300 or (misses_field and 400 <= answer.status < 500)):
        try:
            _raise_by_status(answer)
        except VendorRejected as error:
            message = message or error.text
    if len(order_ids) > 1:
        return Unclear(text=message)
    return _all(order_ids, ExportResult.REFUSED, message)


def _is_known(message: str) -> bool:
    return bool(_ALREADY_SENT.search(message)) and not _KEY.search(message)


def _unclear(answer: Response, message: str, *, order_ids: Sequence[str]) -> Unclear:
    if len(order_ids) > 1:
        return Unclear(text=message)
    # Of one order the answer says that it was imported and that none was: sent again, it is known or taken.
    raise VendorAmbiguous(f"{NAME} contradicts itself: {message}", **answer.seen)


def _raise_by_status(answer: Response) -> None:
    """Raise what the status means for an order; nothing for a 2xx."""
    try:
        if answer.status == 405:
            raise VendorNotFound("", status=405, excerpt=answer.excerpt)
        raise_for(answer, write=True, vendor=NAME, documented_503=False)
    except VendorNotFound as error:
        # Not a word about the orders: they wait until a person has fixed the address.
        text = f"{NAME} has no such address (HTTP {answer.status}): look at GUARANTEED_REVIEWS_URL."
        raise VendorAuthFailed(text, status=answer.status, excerpt=error.excerpt) from error


def _all(order_ids: Sequence[str], verdict: ExportResult, text: str) -> list[ExportedOrder]:
    return [ExportedOrder(order_id=order_id, verdict=verdict, text=text) for order_id in order_ids]


def _json(body: bytes) -> Any:
    """Return the body's JSON, None when it is none. PHP may put a byte order mark before it."""
    try:
        return msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf").strip())
    except (ValueError, RecursionError):
        return None


def _read_problem(content: Any, *, status: int) -> ProblemSchema | None:
    """Return a problem of WordPress' shape; a 2xx with nothing but a message is none of ours."""
    if not isinstance(content, dict) or not isinstance(content.get("message"), str):
        return None
    data = content.get("data")
    named = _whole(data.get("status")) if isinstance(data, dict) else None
    code = content.get("code")
    if 200 <= status < 300 and named is None and not code:
        return None
    return ProblemSchema(code=code if isinstance(code, str) else "", message=content["message"], status=named)


def _whole(value: Any) -> int | None:
    """Return a whole number from 1, "1" or true."""
    try:
        return int(value) if isinstance(value, (bool, int, str)) else None
    except ValueError:
        return {"true": 1, "false": 0}.get(str(value).lower())

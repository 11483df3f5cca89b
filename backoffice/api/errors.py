"""Every refusal as problem details (RFC 9457). The one place where a `DomainError` becomes an answer."""

import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, UnreadablePostError
from rest_framework.exceptions import APIException, NotFound
from rest_framework.exceptions import PermissionDenied as Forbidden
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import set_rollback

from backoffice.api.renderers import JSONRenderer
from backoffice.api.responses import PROBLEMS, Problem
from backoffice.api.validation import MalformedInput
from backoffice.engine.services.disk import NoRoom
from backoffice.errors import (
    Conflict,
    DomainError,
    IllegalTransition,
    InvalidInput,
    NotAllowed,
    Outdated,
    PreconditionMissing,
    Unavailable,
)
from backoffice.text.translatable import gettext as _
from backoffice.web.links import public_url

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"

# The first that fits; a refusal of another kind is 422: understood, well-formed, and not possible.
STATUSES: tuple[tuple[type[DomainError], int], ...] = (
    (MalformedInput, 400),
    (NotAllowed, 403),
    (Outdated, 412),
    (PreconditionMissing, 428),
    (IllegalTransition, 409),
    (Conflict, 409),
    (NoRoom, 507),
    (Unavailable, 503),
    (DomainError, 422),
)


def problem_details(exc: Exception, context: dict[str, Any]) -> Response:
    """Return every exception as problem details; the framework's exception handler. Also what nobody expected, after
    reporting it as Django does.
    """
    set_rollback()
    # Whatever the view renders (YAML, HTML, a file): problems are JSON, and no other renderer can show one.
    context["request"].accepted_renderer = JSONRenderer()
    context["request"].accepted_media_type = JSONRenderer.media_type
    return answer_to(exc, request=context["request"], sender=type(context["view"]))


def answer_to(exc: Exception, *, request: Request, sender: type) -> Response:
    """Return the answer to an exception; what nobody expected is reported for the `sender`, a view."""
    if isinstance(exc, Http404):
        exc = NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = Forbidden()
    if isinstance(exc, DomainError):
        return _of_domain_error(exc)
    if isinstance(exc, APIException):
        return _of_api_exception(exc)
    if isinstance(exc, UnreadablePostError):
        return answer(408, code="too_slow")
    if isinstance(exc, OperationalError | InterfaceError):
        log.exception("The database did not answer in time")
        return answer(503, code="unavailable", headers={"Retry-After": "5"})
    log.exception("Not foreseen: %s %s", request.method, request.path)
    got_request_exception.send(sender=sender, request=request)
    return answer(500, code="server_error")


def answer(
    status: int,
    *,
    code: str,
    detail: str = "",
    headers: dict[str, str] | None = None,
    errors: dict[str, list[str]] | None = None,
    **members: Any,
) -> Response:
    """Return a problem as response. `members` are further members of this kind of problem, by name."""
    return Response(
        build_problem(status, code=code, detail=detail, errors=errors, **members),
        status=status,
        headers=headers,
        content_type=MEDIA_TYPE,
    )


def build_problem(
    status: int, *, code: str, detail: str = "", errors: dict[str, list[str]] | None = None, **members: Any
) -> Problem:
    title = PROBLEMS.get(code) or HTTPStatus(status).phrase
    kind = public_url(f"/api/problems/{code}/") if code in PROBLEMS else "about:blank"
    return Problem(
        type=kind,
        title=str(title),
        status=status,
        code=code,
        detail=detail or str(title),
        errors=errors or {},
        **members,
    )


def _of_domain_error(exc: DomainError) -> Response:
    status = next(status for kind, status in STATUSES if isinstance(exc, kind))
    errors = exc.errors if isinstance(exc, InvalidInput) else None
    headers = {"Retry-After": str(exc.details["retry_after"])} if "retry_after" in exc.details else None
    members = {name: value for name, value in exc.details.items() if name in Problem.__struct_fields__}
    # What the pages of staff call it besides is no promise to storefronts.
    code = exc.code if exc.code in PROBLEMS else type(exc).code
    return answer(status, code=code, detail=exc.text, errors=errors, headers=headers, **members)


def _of_api_exception(exc: APIException) -> Response:
    headers = {}
    if auth_header := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if (wait := getattr(exc, "wait", None)) is not None:
        headers["Retry-After"] = str(max(1, round(wait)))
    code = str(getattr(exc.detail, "code", exc.default_code))
    code = code if code in PROBLEMS else "server_error" if exc.status_code >= 500 else "refused"
    detail = str(exc.detail) if not isinstance(exc.detail, dict | list) else _("The request is not valid.")
    return answer(exc.status_code, code=code, detail=detail, headers=headers)

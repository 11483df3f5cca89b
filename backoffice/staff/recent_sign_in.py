"""What is dangerous is done only by who has lately shown who they are: an open session alone is not enough.

Signing in counts, and so does showing it once more. Whoever filled in a form meanwhile is not sent away from it: what
is posted may be three times as late as what is opened.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

SESSION_KEY = "identity_shown_at"
# A form is sent back at most so many times later than it could have been opened.
POST_FACTOR = 3


class IdentityNotShown(Exception):
    """Who is signed in has to show once more who they are, before this page."""


def note_identity_shown(request: HttpRequest) -> None:
    """Let what is dangerous be done from now on, for a while."""
    request.session[SESSION_KEY] = time.time()


def is_identity_fresh(request: HttpRequest) -> bool:
    """Return whether who is signed in has lately shown who they are."""
    factor = 1 if request.method in ("GET", "HEAD") else POST_FACTOR
    shown_at = request.session.get(SESSION_KEY, 0)
    return bool(time.time() - shown_at < settings.REAUTHENTICATION_SECONDS * factor)


def require_fresh_identity(request: HttpRequest) -> None:
    """Raise IdentityNotShown unless it was shown lately; who is not signed in is refused by others."""
    if request.user.is_authenticated and not is_identity_fresh(request):
        raise IdentityNotShown


def fresh_identity_required(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let only those have the page, a method of an admin, who have lately shown who they are."""

    @wraps(view)
    def guarded(page: Any, request: HttpRequest, *args: Any, **options: Any) -> HttpResponseBase:
        require_fresh_identity(request)
        return view(page, request, *args, **options)

    return guarded


class GuardsForms:
    """An admin whose rows are added, changed and deleted only by who has lately shown who they are."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        require_fresh_identity(request)
        found: HttpResponse = super().changeform_view(  # type: ignore[misc]  # of the admin that it is mixed into
            request, object_id, form_url, extra_context
        )
        return found

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        require_fresh_identity(request)
        found: HttpResponse = super().delete_view(request, object_id, extra_context)  # type: ignore[misc]
        return found

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list to all who may see it; what is done to marked rows is guarded."""
        if request.method == "POST":
            require_fresh_identity(request)
        found: HttpResponse = super().changelist_view(request, extra_context)  # type: ignore[misc]
        return found

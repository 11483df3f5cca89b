"""Before the staff pages: who must have a second factor sets it up, and what is dangerous asks who one is. Behind them:
what was used stays open.
"""

from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from backoffice.signin.models import SignInMethod
from backoffice.signin.services.history import method_of
from backoffice.signin.services.requirement import lacks_factor
from backoffice.signin.services.single_sign_on import has_second_factor
from backoffice.staff.live import HEADER as BY_ITSELF
from backoffice.staff.recent_sign_in import IdentityNotShown
from backoffice.text.translatable import gettext as _


class NoteUse:
    """Put off the end of a session that somebody uses; a page that is open and asks by itself is no use."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        session: Any = request.session
        # What was modified is written as a whole, with its end.
        if session.accessed and not session.modified and BY_ITSELF not in request.headers:
            session.note_use()
        return response


class SignInGate:
    """Costs no query of its own: what it asks comes with the row of who is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _is_guarded(request.path) and _must_set_up(request):
            return HttpResponseRedirect(reverse("signin_choose_factor"))
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Lead to showing who one is, and back to the page; what was posted is neither kept nor done."""
        if not isinstance(error, IdentityNotShown):
            return None
        if request.method == "POST":
            messages.info(request, _("You signed in some time ago. Confirm your identity, then repeat the step."))
        methods = get_adapter(request).get_reauthentication_methods(request.user)
        address = methods[0]["url"] if methods else reverse("signin_again")
        return HttpResponseRedirect(f"{address}?{urlencode({'next': _way_back(request)})}")


@cache
def _addresses() -> tuple[str, frozenset[str]]:
    """Return where the staff pages begin, and which of them are for everybody."""
    everybodys = ("login", "logout", "jsi18n", "password_change")
    return reverse("admin:index"), frozenset(reverse(f"admin:{name}") for name in everybodys)


def _is_guarded(path: str) -> bool:
    beginning, everybodys = _addresses()
    return path.startswith(beginning) and path not in everybodys


def _must_set_up(request: HttpRequest) -> bool:
    user = request.user
    if not user.is_authenticated or not lacks_factor(user):
        return False
    # The provider may have asked for a second factor itself.
    is_by_provider = method_of(get_authentication_records(request, user)) == SignInMethod.OIDC
    return not (is_by_provider and has_second_factor(request.session))


def _way_back(request: HttpRequest) -> str:
    """Return the page that was asked for, or the one with the button that was pressed."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    before = urlsplit(request.headers.get("Referer", ""))
    return before.path if before.netloc == request.get_host() and before.path else reverse("admin:index")

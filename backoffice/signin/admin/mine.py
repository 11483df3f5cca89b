"""One's own sign-in on one page: password, second factors, what is open, and what was tried lately."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from backoffice.signin.models import SignInEvent
from backoffice.signin.models.event import name_browser
from backoffice.signin.services.accounts import end_sessions
from backoffice.signin.services.requirement import must_have_factor
from backoffice.signin.services.single_sign_on import is_password_ended
from backoffice.staff.base import staff_user
from backoffice.staff.site import register_page
from backoffice.text.translatable import gettext as _

# Lines of one's history, and sessions; the newest.
_LINES = 20
_SESSIONS = 30


@never_cache
def my_sign_in(request: HttpRequest) -> HttpResponse:
    """Show it; a press ends all that is open elsewhere."""
    user = staff_user(request)
    if request.method == "POST":
        ended = end_sessions(user, but=str(request.session.session_key))
        text = ngettext("%d other session was signed out.", "%d other sessions were signed out.", ended) % ended
        messages.success(request, text if ended else _("You were not signed in anywhere else."))
        return HttpResponseRedirect(request.path)
    frame = admin.site.each_context(request)
    context = {**frame, "title": _("My sign-in"), **_own(user), "sessions": _open_sessions(request)}
    return TemplateResponse(request, "signin/mine.html", context)


def _own(user: Any) -> dict[str, Any]:
    rows = list(Authenticator.objects.filter(user=user).order_by("pk"))
    codes = next((row.wrap() for row in rows if row.type == Authenticator.Type.RECOVERY_CODES), None)
    return {
        "apps": [row for row in rows if row.type == Authenticator.Type.TOTP],
        "keys": [row for row in rows if row.type == Authenticator.Type.WEBAUTHN],
        "codes_left": len(codes.get_unused_codes()) if codes else 0,
        "has_codes": codes is not None,
        "must": must_have_factor(user),
        "has_password": user.has_usable_password() and not is_password_ended(user),
        "is_linked": SocialAccount.objects.filter(user=user).exists(),
        "events": SignInEvent.objects.filter(user=user).order_by("-pk")[:_LINES],
    }


def _open_sessions(request: HttpRequest) -> list[dict[str, Any]]:
    is_open = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=timezone.now())
    rows = UserSession.objects.filter(Exists(is_open), user=request.user.pk).order_by("-pk")[:_SESSIONS]
    own = request.session.session_key
    return [
        {"row": row, "browser": name_browser(row.user_agent) or "?", "is_current": row.session_key == own}
        for row in rows
    ]


register_page("my-sign-in/", my_sign_in, name="my_sign_in")

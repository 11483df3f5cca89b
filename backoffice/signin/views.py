"""Pages of the door that the library has none for, or others than ours."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from allauth.account.utils import get_next_redirect_url
from allauth.account.views import login as library_login
from allauth.account.views import logout as library_logout
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect import views as library_oidc
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache

from backoffice.mail.services.sending import is_set_up
from backoffice.signin.adapters.provider import VerifyingAdapter
from backoffice.signin.models import Refusal, SignInMethod
from backoffice.signin.pages import entrance_response, framed
from backoffice.signin.services.history import record
from backoffice.signin.services.requirement import FACTORS, must_have_factor
from backoffice.signin.services.single_sign_on import is_single_sign_on
from backoffice.staff.base import staff_user

# What a browser forgets at sign-out: pictures of what customers ordered, and drafts that were not sent. Not cookies:
# all sites below the same domain would lose theirs, shops too. That of the session is taken back by itself, and how to
# read (language, zone) opens nothing.
FORGOTTEN = '"cache", "storage"'


def sign_in(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
    """Show the form and take it; who is in already and no member of staff would be sent here for ever."""
    if request.user.is_authenticated and not staff_user(request).is_staff:
        raise PermissionDenied
    response = framed(library_login)(request)
    if isinstance(response, TemplateResponse) and response.context_data is not None:
        response.context_data |= {
            "title": "",
            "provider": settings.OIDC["name"] if is_single_sign_on() else "",
            "next": get_next_redirect_url(request) or "",
            "can_mail": is_set_up(),
        }
    return response


def sign_out(request: HttpRequest) -> HttpResponseBase:
    """Ask whether to, or end the session; the browser then keeps nothing for who comes next."""
    response = framed(library_logout)(request)
    if request.method == "POST":
        response["Clear-Site-Data"] = FORGOTTEN
    return response


def locked_out(request: HttpRequest, credentials: Any = None, *args: Any, **options: Any) -> HttpResponse:
    """Say that too much was tried from here; whether the last try was right is not said."""
    return entrance_response(request, "signin/locked.html", status=429)


@login_required
@never_cache
def choose_factor(request: HttpRequest) -> HttpResponse:
    """Lead who has none to a second factor: all else waits for it where a rule wants one."""
    user = staff_user(request)
    types = set(Authenticator.objects.filter(user=user, type__in=FACTORS).values_list("type", flat=True))
    return entrance_response(request, "signin/choose.html", must=must_have_factor(user), has_any=bool(types))


@login_required
@never_cache
def sign_in_again(request: HttpRequest) -> HttpResponse:
    """Let who has neither password nor passkey show at the provider who they are."""
    is_linked = is_single_sign_on() and SocialAccount.objects.filter(user=staff_user(request)).exists()
    way_back = get_next_redirect_url(request) or ""
    return entrance_response(request, "signin/again.html", is_linked=is_linked, next=way_back)


@never_cache
def oidc_login(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Go to the provider, from a page of ours: a link elsewhere leads to one first.

    By a link and not by a form: the content security policy follows a form to wherever it ends, and nobody knows to
    whom a provider leads on.
    """
    if not is_single_sign_on():
        raise Http404
    before = urlsplit(request.headers.get("Referer", ""))
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin" or before.netloc != request.get_host():
        context = {"provider": settings.OIDC["name"], "next": get_next_redirect_url(request) or ""}
        return entrance_response(request, "socialaccount/login.html", **context)
    return _at_provider(library_oidc.login, request, provider_id)


@never_cache
def oidc_callback(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Take what the provider says of who comes back from it."""
    return _at_provider(_come_back, request, provider_id)


def _come_back(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Do what the library's own view does, which would believe a token without its signature."""
    try:
        answer: HttpResponseBase = OAuth2CallbackView.adapter_view(VerifyingAdapter(request, provider_id))(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    return answer


def _at_provider(view: Callable[..., HttpResponseBase], request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Say so where the provider cannot be reached, or answers something else than it should."""
    try:
        return framed(view)(request, provider_id)
    except (OSError, OAuth2Error, ValueError, KeyError):  # no connection, no HTTP 200, no JSON, none that we need
        return provider_failed(request)


def provider_failed(request: HttpRequest) -> HttpResponse:
    """Say that the provider let nobody in."""
    record(request, None, method=SignInMethod.OIDC, refusal=Refusal.PROVIDER)
    reason = Refusal.PROVIDER
    return entrance_response(request, "signin/refused.html", reason=reason, label=reason.label, status=502)


def cancelled(request: HttpRequest) -> HttpResponse:
    """Say that it was cancelled at the provider."""
    return entrance_response(request, "signin/refused.html", reason="cancelled", label="")


def closed(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
    """Open no account from outside."""
    raise Http404

"""Single sign-on as allauth does it: whose account it is, who gets a new one, and what the provider's groups mean."""

from typing import Any, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.http import HttpRequest

from backoffice.signin.adapters.bounded import BoundedAdapter
from backoffice.signin.models import Refusal, SignInMethod
from backoffice.signin.pages import entrance_response
from backoffice.signin.services.history import record
from backoffice.signin.services.single_sign_on import apply_claims, find_account, read_claims, refuse_new


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """Nobody comes in whom neither an account here nor a mapped group expects."""

    def get_requests_session(self) -> Any:
        session = super().get_requests_session()
        for scheme in ("https://", "http://"):
            session.mount(scheme, BoundedAdapter())
        return session

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        if sociallogin.state.get("process") != AuthProcess.LOGIN:
            # Whoever holds an open session for a moment must not make themselves a door of their own.
            self._refuse(request, None, Refusal.NOT_LINKED)
        claims = read_claims(sociallogin.account.extra_data)
        user: Any = sociallogin.user if sociallogin.is_existing else find_account(claims)
        if user is None:
            if reason := refuse_new(claims):
                self._refuse(request, None, reason)
            return
        if not (user.is_active and user.is_staff):
            self._refuse(request, user, Refusal.CLOSED)
        if not sociallogin.is_existing:
            sociallogin.connect(request, user)
        apply_claims(user, claims)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return not refuse_new(read_claims(sociallogin.account.extra_data))

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return True

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> Any:
        user: Any = sociallogin.user
        user.is_staff = True
        user = super().save_user(request, sociallogin, form)
        apply_claims(user, read_claims(sociallogin.account.extra_data))
        return user

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Any = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        self._refuse(request, None, Refusal.PROVIDER)

    def _refuse(self, request: HttpRequest, user: Any, reason: str) -> NoReturn:
        record(request, user, method=SignInMethod.OIDC, refusal=reason)
        raise ImmediateHttpResponse(
            entrance_response(request, "signin/refused.html", reason=reason, label=Refusal(reason).label, status=403)
        )

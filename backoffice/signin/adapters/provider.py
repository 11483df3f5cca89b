"""The provider as allauth speaks with it, but with its tokens verified: allauth believes them for the connection."""

from typing import Any

import jwt
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from allauth.utils import get_request_param
from django.http import HttpRequest

from backoffice.signin.services.id_tokens import nonce_for, read_id_token
from backoffice.signin.services.single_sign_on import is_issuer


class NonceClient(OAuth2Client):
    """Sends a nonce along, which the token has to repeat."""

    def get_redirect_url(self, authorization_url: str, scope: Any, extra_params: dict[str, Any]) -> str:
        extra_params = extra_params | {"nonce": nonce_for(self.state)}
        address: str = super().get_redirect_url(authorization_url, scope, extra_params)
        return address


class VerifyingAdapter(OpenIDConnectOAuth2Adapter):
    """Raises OAuth2Error for what the provider cannot have said, or not of this sign-in."""

    client_class = NonceClient

    @property
    def openid_config(self) -> dict[str, Any]:
        """Return the provider's description of itself; one that names another issuer is refused."""
        described: dict[str, Any] = super().openid_config
        if not is_issuer(str(described["issuer"])):
            raise OAuth2Error("The provider calls itself by another address than OIDC_ISSUER.")
        return described

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **facts: Any) -> SocialLogin:
        """Refuse an answer without a token, and user info of another person than the token's."""
        if not facts["response"].get("id_token"):
            raise OAuth2Error("The provider sent no ID token.")
        login = super().complete_login(request, app, token, **facts)
        answered = login.account.extra_data
        if answered["userinfo"].get("sub") != answered["id_token"]["sub"]:
            raise OAuth2Error("The user info is of another person than the ID token.")
        return login

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        described = self.openid_config
        try:
            return read_id_token(
                id_token,
                keys=described["jwks_uri"],
                issuer=described["issuer"],
                client_id=app.client_id,
                state=get_request_param(self.request, "state", ""),
            )
        except jwt.PyJWTError as error:
            raise OAuth2Error("The ID token is not valid.") from error


class Provider(OpenIDConnectProvider):
    """Takes the place of allauth's own by `provider_class` in the settings."""

    oauth2_adapter_class = VerifyingAdapter

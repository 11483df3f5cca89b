"""Who calls: a storefront's key, sent as `Authorization: Bearer <key>`, with the scopes it was given."""

import re
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from backoffice.models import ApiKey, Shop

if TYPE_CHECKING:  # its module loads this one
    from rest_framework.views import APIView

# Anything else cannot be a key of ours, and is refused without asking the database.
KEY = re.compile(r"[A-Za-z0-9]{8}\.[A-Za-z0-9]{32}")


class ApiKeyAuthentication(BaseAuthentication):
    """Puts the shop into `request.user` and its key into `request.auth`."""

    def authenticate(self, request: Request) -> tuple[Shop, ApiKey] | None:
        """None when no key was sent. Raises AuthenticationFailed for one that is unknown, revoked or expired."""
        scheme, _space, value = get_authorization_header(request).partition(b" ")
        if not scheme:
            return None
        key = value.strip().decode("latin-1")
        if scheme.lower() != b"bearer" or not KEY.fullmatch(key):
            raise AuthenticationFailed(_("Send the key as `Authorization: Bearer <key>`."))
        found = ApiKey.objects.get_usable_keys().select_related("shop").filter(prefix=key[:8]).first()
        if found is None or not found.is_valid(key) or found.has_expired:
            raise AuthenticationFailed(_("This key is unknown, revoked or expired."))
        return found.shop, found

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class HasScope(BasePermission):
    """The key carries the scope that the view names for the method in `required_scopes`; unnamed means refused."""

    message = _("This key lacks the scope that the request needs.")

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if request.method == "OPTIONS" or not hasattr(view, str(request.method).lower()):
            return True  # no view has it, and the answer is to be 405, not 403
        scopes: dict[str, Any] = getattr(view, "required_scopes", {})
        needed = scopes.get("GET" if request.method == "HEAD" else str(request.method))
        return isinstance(request.auth, ApiKey) and needed in request.auth.scopes

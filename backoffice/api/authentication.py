"""Who calls: a storefront's key, sent as `Authorization: Bearer <key>`, with the scopes it was given."""

import re
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from backoffice.accounts.models import ApiKey, Shop

if TYPE_CHECKING:  # its module loads this one
    from rest_framework.views import APIView

# Anything else cannot be a key of ours, and is refused without asking the database.
KEY = re.compile(r"[A-Za-z0-9]{8}\.[A-Za-z0-9]{32}")


class ApiKeyAuthentication(BaseAuthentication):
    """Puts the shop into `request.user` and its key into `request.auth`."""

    def authenticate(self, request: Request) -> tuple[Shop, ApiKey] | None:
        """Return None when no key was sent. Raise AuthenticationFailed for one that is unknown, revoked or expired."""
        scheme, _space, value = get_authorization_header(request).partition(b" ")
        if not scheme:
            return None
        key = value.strip().decode("latin-1")
        if scheme.lower() != b"bearer" or not KEY.fullmatch(key):
            raise AuthenticationFailed(_("Send the key as `Authorization: Bearer <key>`."))
        found = _find_key(key)
        if found is None or found.revoked or found.has_expired or not found.is_valid(key):
            raise AuthenticationFailed(_("This key is unknown, revoked or expired."))
        return found.shop, found

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


_KEY_FIELDS, _SHOP_FIELDS = ([field.attname for field in model._meta.concrete_fields] for model in (ApiKey, Shop))
# By hand: every request begins with it, and the ORM takes six times as long.
_SQL = f"""
    SELECT {", ".join([f"key.{name}" for name in _KEY_FIELDS] + [f"shop.{name}" for name in _SHOP_FIELDS])}
    FROM {ApiKey._meta.db_table} key JOIN {Shop._meta.db_table} shop ON shop.id = key.shop_id WHERE key.prefix = %s
"""  # noqa: S608 - names of our own tables


def _find_key(key: str) -> ApiKey | None:
    """Return the row of the key's prefix with its shop, whether it may be used or not."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [key[:8]])
        row = cursor.fetchone()
    if row is None:
        return None
    found = ApiKey.from_db(connection.alias, _KEY_FIELDS, row[: len(_KEY_FIELDS)])
    found.shop = Shop.from_db(connection.alias, _SHOP_FIELDS, row[len(_KEY_FIELDS) :])
    return found


class HasScope(BasePermission):
    """The key carries the scope that the view names for the method in `required_scopes`; unnamed means refused."""

    message = _("This key lacks the scope that the request needs.")

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if request.method == "OPTIONS" or not hasattr(view, str(request.method).lower()):
            return True  # no view has it, and the answer is to be 405, not 403
        scopes: dict[str, Any] = getattr(view, "required_scopes", {})
        needed = scopes.get("GET" if request.method == "HEAD" else str(request.method))
        return isinstance(request.auth, ApiKey) and needed in request.auth.scopes

"""Who calls: a storefront's key, sent as `Authorization: Bearer <key>`, with the scopes it was given."""

import re
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.exceptions import PermissionDenied as Forbidden
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from backoffice.accounts.models import ApiKey, ApiKeyUse, Shop
from backoffice.accounts.models.key_use import KeyRefusal
from backoffice.accounts.models.shop import TEST_MARK
from backoffice.accounts.services.key_networks import is_within
from backoffice.accounts.services.key_use import SeenBefore, note_refusal, note_use
from backoffice.web.client_address import client_address

if TYPE_CHECKING:  # its module loads this one
    from rest_framework.views import APIView

# Anything else cannot be a key of ours, and is refused without asking the database.
KEY = re.compile(rf"({TEST_MARK})?([A-Za-z0-9]{{8}}\.[A-Za-z0-9]{{32}})")

UNKNOWN = _("This key is unknown, revoked or expired.")


class ApiKeyAuthentication(BaseAuthentication):
    """Puts the shop into `request.user` and its key into `request.auth`."""

    def authenticate(self, request: Request) -> tuple[Shop, ApiKey] | None:
        """Return None when no key was sent. Raise AuthenticationFailed for one that is unknown, revoked or expired, and
        Forbidden for one that may not be used from where the request comes from.
        """
        scheme, _space, value = get_authorization_header(request).partition(b" ")
        if not scheme:
            return None
        read = KEY.fullmatch(value.strip().decode("latin-1"))
        if scheme.lower() != b"bearer" or read is None:
            raise AuthenticationFailed(_("Send the key as `Authorization: Bearer <key>`."))
        return self._let_in(request, read.group(2), mark=read.group(1) or "")

    def _let_in(self, request: Request, key: str, *, mark: str) -> tuple[Shop, ApiKey]:
        found, seen = _find_key(key)
        if found is None or found.mark != mark or not ((is_newest := found.is_valid(key)) or found.is_previous(key)):
            raise AuthenticationFailed(UNKNOWN)
        address = client_address(request._request)
        if refusal := _refusal(found, address):
            note_refusal(found.prefix, seen=seen, address=address, refusal=refusal)
            if refusal is KeyRefusal.NETWORK:
                raise Forbidden(_("This key may not be used from the address %(address)s.") % {"address": address})
            raise AuthenticationFailed(UNKNOWN)
        note_use(found.prefix, seen=seen, address=address, is_previous=not is_newest)
        return found.shop, found

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


def _refusal(key: ApiKey, address: str | None) -> KeyRefusal | None:
    """Return why a key is not let in whose secret is right."""
    if key.revoked:
        return KeyRefusal.REVOKED
    if key.has_expired:
        return KeyRefusal.EXPIRED
    return KeyRefusal.NETWORK if key.networks and not is_within(address, key.networks) else None


_KEY_FIELDS, _SHOP_FIELDS = ([field.attname for field in model._meta.concrete_fields] for model in (ApiKey, Shop))
_SEEN_FIELDS = [field.name for field in fields(SeenBefore)]
_COLUMNS = {"key": _KEY_FIELDS, "shop": _SHOP_FIELDS, "use": _SEEN_FIELDS}
# By hand: every request begins with it, and the ORM takes six times as long.
_SQL = f"""
    SELECT {", ".join(f"{table}.{name}" for table, names in _COLUMNS.items() for name in names)}
    FROM {ApiKey._meta.db_table} key JOIN {Shop._meta.db_table} shop ON shop.id = key.shop_id
    LEFT JOIN {ApiKeyUse._meta.db_table} use ON use.key_id = key.id WHERE key.prefix = %s
"""  # noqa: S608 - names of our own tables


def _find_key(key: str) -> tuple[ApiKey | None, SeenBefore]:
    """Return the row of the key's prefix with its shop, whether it may be used or not, and what was seen of it."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [key[:8]])
        row = cursor.fetchone()
    if row is None:
        return None, SeenBefore()
    ends = len(_KEY_FIELDS), len(_KEY_FIELDS) + len(_SHOP_FIELDS)
    found = ApiKey.from_db(connection.alias, _KEY_FIELDS, row[: ends[0]])
    found.shop = Shop.from_db(connection.alias, _SHOP_FIELDS, row[ends[0] : ends[1]])
    return found, SeenBefore(*row[ends[1] :])


class HasScope(BasePermission):
    """The key carries the scope that the view names for the method in `required_scopes`, or one of several; unnamed
    means refused.
    """

    message = _("This key lacks the scope required for this request.")

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if request.method == "OPTIONS" or not hasattr(view, str(request.method).lower()):
            return True  # no view has it, and the answer is to be 405, not 403
        scopes: dict[str, Any] = getattr(view, "required_scopes", {})
        needed = scopes.get("GET" if request.method == "HEAD" else str(request.method))
        enough = needed if isinstance(needed, tuple) else (needed,)
        return isinstance(request.auth, ApiKey) and any(scope in request.auth.scopes for scope in enough)

"""What a role may open and post to, at every address of the staff pages: each view is run as far as it asks for rights.

Views ask for rights first and for rows then, so that the first query ends a call: whoever has come so far may go on.
Django's own pages read their row first, and are given one. Nothing of it needs a database, and all roles take seconds.
"""

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import User
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.transaction import Atomic
from django.http import Http404, HttpResponseRedirect
from django.test import RequestFactory
from django.urls import URLPattern, resolve, reverse
from django.urls.converters import IntConverter

from backoffice.mail.services.kinds import Audience, kinds_for
from backoffice.sight import reading
from backoffice.staff.recent_sign_in import SESSION_KEY
from backoffice.visibility import seeing
from tests.pages.addresses import staff_patterns

METHODS = ("get", "post")
# What stands in the places of keys that are no numbers.
WORDS = {
    "vendor": "mypromo", "app_label": "orders", "kind": "to-release", "key": "orders", "code": "WEB", "language": "en",
    "role": "recipient", "name": "inbox", "url": "orders/", "change": UUID(int=1),
}  # fmt: skip
# Pages whose words are others.
OTHERS = {
    "engine_integration_change": {"object_id": "mypromo"},
    "fulfillment_productionorder_document": {"kind": "file"},
    "inbox_dismiss": {"kind": "notices"},
}
MAILS = {"mail_shopmail": Audience.CUSTOMER, "mail_mailtemplate": Audience.STAFF}
# Who may not is answered that there is no such page.
SAY_NOTHING = ("inbox_", "app_list")
# What forms ask for that are read before a right is.
POSTED = {"subject_line": "A subject", "body": "A text"}


class Reached(BaseException):
    """All rights were asked for: the view is about to read rows. No `except Exception` keeps it."""


@dataclass(frozen=True)
class Place:
    """One address: the name and the route of its pattern, and what a browser asks for."""

    name: str
    route: str
    address: str


def places() -> Iterator[Place]:
    """Yield the addresses of the staff pages, each once."""
    for name, pattern in staff_patterns().items():
        if name != "view_on_site":
            address = reverse(f"admin:{name}", kwargs=_arguments(name, pattern))
            yield Place(name, resolve(address).route, address)


def _arguments(name: str, pattern: URLPattern) -> dict[str, Any]:
    words = WORDS | OTHERS.get(name, {})
    for beginning, audience in MAILS.items():
        if name.startswith(beginning):
            words["kind"] = kinds_for(audience)[0].name
    wanted = pattern.pattern.converters
    numbers = {key for key, converter in wanted.items() if isinstance(converter, IntConverter)}
    return {key: 1 if key in numbers else words.get(key, "1") for key in wanted}


def member(rights: Collection[str]) -> User:
    """Return somebody of the staff with these rights who sees all shops, as the backends remember them."""
    user: Any = User(pk=1, username="nora", is_staff=True, is_active=True)
    user._user_perm_cache, user._group_perm_cache, user._perm_cache = set(), set(rights), set(rights)
    user._visible_shops, user.factor_ruled, user.has_factor = None, False, False
    found: User = user
    return found


def lets_in(place: Place, method: str, user: User) -> bool:
    """Return whether the view at this address takes such a request of the user."""
    request: Any = getattr(RequestFactory(), method)(place.address, POSTED)
    request.user, request.session, request._dont_enforce_csrf_checks = user, SessionStore(), True
    request.session[SESSION_KEY] = time.time()
    request._messages, request.resolver_match = CookieStorage(request), resolve(place.address)
    match = request.resolver_match
    with _without_rows(), reading(user.has_perm), seeing(lambda: None):
        try:
            response = match.func(request, *match.args, **match.kwargs)
            if hasattr(response, "render"):
                response.render()
        except PermissionDenied:
            return False
        except Http404:
            return not place.name.startswith(SAY_NOTHING)
        except (Reached, BadRequest):
            return True
    is_sent_away = isinstance(response, HttpResponseRedirect) and "/admin/login/" in response.url
    return not is_sent_away and response.status_code not in (403, 405)


@contextmanager
def _without_rows() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseWrapper, "ensure_connection", _stop)
        patch.setattr(Atomic, "__enter__", lambda *_: None)
        patch.setattr(Atomic, "__exit__", lambda *_: None)
        patch.setattr(ModelAdmin, "get_object", lambda page, *_: page.model(pk=1))
        yield


def _stop(*_: Any, **__: Any) -> None:
    raise Reached

"""Whoever is signed in reads with their shops."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from backoffice.accounts.services.visibility import visible_shops
from backoffice.visibility import Shops, seeing
from backoffice.web.signed_in import signed_in_user


class ReadersShops:
    """Costs nothing until somebody asks. Who is not signed in comes through no door of the staff; what is open to them,
    or to a key, asks for itself whose it is.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        def shops() -> Shops:
            user = signed_in_user(request)
            return visible_shops(user) if user else None

        with seeing(shops):
            return self.get_response(request)

"""What imports add to the list of orders: the way to them."""

from django.http import HttpRequest

from backoffice.sight import PERSONAL_DATA
from orders.admin.parts import Place, register_part
from orders.models import Order


def may_import(request: HttpRequest, order: Order | None = None) -> bool:
    """Return whether the reader may import orders."""
    return request.user.has_perms(["importing.add_orderimport", PERSONAL_DATA])


register_part(Place.ABOVE_LIST, "importing/import_button.html", read=may_import)

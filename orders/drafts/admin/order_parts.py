"""What drafts add to the pages of orders: "Order again", and "New order" above the list."""

from django.http import HttpRequest

from backoffice.sight import PERSONAL_DATA
from orders.admin.parts import Place, register_part
from orders.models import Order


def may_take_orders(request: HttpRequest, order: Order | None = None) -> bool:
    """Return whether the reader may begin a draft."""
    return request.user.has_perms(["drafts.add_draftorder", PERSONAL_DATA])


register_part(Place.BUTTONS, "drafts/again_button.html", read=may_take_orders)
register_part(Place.ABOVE_LIST, "drafts/new_button.html", read=may_take_orders)

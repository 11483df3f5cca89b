"""Taking an order over REST, alone or among others: the one way, by its key."""

from django.urls import reverse

from backoffice.accounts.models import Shop
from backoffice.accounts.services.idempotency import Answer, respond_once
from backoffice.errors import Conflict
from orders.api.queries import with_parts
from orders.api.responses import order_response
from orders.models import Order
from orders.services.intake.input import NewOrder
from orders.services.intake.judging import OrderRefused
from orders.services.intake.taking import place_order, refusing_taken_reference
from orders.services.restore.adopting import complete_adopted


def take_order(new: NewOrder, *, shop: Shop, key: str, hold_invalid: bool, is_test: bool = False) -> Answer:
    """Return the answer to an order, the one given before when it came under this key, which is that of its mode. Raise
    DomainError when it is refused, and nothing of it is kept then.
    """
    # The same for one that comes among others: it may be repeated alone, and the other way round.
    requested = ["POST", reverse("api-orders"), hold_invalid, new]

    def act() -> Answer:
        placed = place_order(new, shop=shop, actor=f"shop:{shop.code}", hold_invalid=hold_invalid, is_test=is_test)
        return Answer(201, order_response(placed.order, parts=placed))

    def complete() -> Answer:
        order = None if is_test else complete_adopted(new, shop=shop)
        if order is None:
            raise refusal
        return Answer(201, order_response(with_parts(Order.objects.filter(pk=order.pk)).get()))

    try:
        with refusing_taken_reference(new, shop=shop, is_test=is_test):
            return respond_once(shop, key=key, request=requested, act=act)
    except (Conflict, OrderRefused) as error:
        if isinstance(error, Conflict) and error.code != "reference_taken":
            raise
        # One that was brought in without its shop is completed, though its own pieces may have been the last ones.
        refusal = error
        return respond_once(shop, key=key, request=requested, act=complete)


def id_in(answer: Answer) -> int:
    """Return the id of the order in an answer, fresh or kept."""
    pk: int = answer.body["id"] if isinstance(answer.body, dict) else answer.body.id
    return pk

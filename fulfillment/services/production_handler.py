"""The common part of all pushes of production."""

from typing import Any

from backoffice.engine.models import Push
from backoffice.engine.services.handlers import PushHandler
from fulfillment.models import ProductionEvent, ProductionOrder


class ProductionHandler(PushHandler):
    """All pushes of production are about something of a production order, which is locked first."""

    model: Any

    def lock(self, push: Push) -> None:
        ProductionOrder.objects.locked(self._order_id(push))

    def needs_attention(self, push: Push) -> None:
        self._note(push, "push.needs_attention")

    def decided(self, push: Push, *, happened: bool) -> None:
        self._note(push, "push.decided", happened=happened)
        if happened:
            self.assume_done(push)

    def assume_done(self, push: Push) -> None:
        """Record what a person decided to have happened."""
        raise TypeError(f"{type(self).__name__} does not define what follows")

    def _note(self, push: Push, kind: str, **params: object) -> None:
        params = {"push_kind": push.kind, "step": push.step} | params
        ProductionEvent.objects.create(
            production_order_id=self._order_id(push), actor="system", kind=kind, params=params, push=push
        )

    def _order_id(self, push: Push) -> int:
        order_id: int = self.model.objects.values_list("production_order_id", flat=True).get(pk=push.subject_id)
        return order_id

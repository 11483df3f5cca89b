"""The simulator as the project sees it. It has no address: nothing can leave through it, whatever is set."""

from collections.abc import Mapping
from typing import ClassVar, final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import SimulatesOrders
from backoffice.vendors.base import Connection
from backoffice.vendors.errors import FieldError
from backoffice.vendors.messages import OrderToPlace


@final
class Simulator(SimulatesOrders):
    """Takes every order. What a real vendor would refuse, that vendor's own check has said before."""

    name: ClassVar[str] = "simulated"
    title: ClassVar[str] = "Simulator"
    purpose: ClassVar[Promise] = gettext_lazy("Advances test orders where a vendor has no sandbox. Makes nothing.")
    settings_prefix: ClassVar[str] = "SIMULATED"
    CHECK_ASKS: ClassVar[bool] = False
    FOR_TESTS: ClassVar[bool] = True

    MAX_LINES: ClassVar[int] = 200
    MAX_LINES_WITH_DOCUMENTS: ClassVar[int] = 200
    ADDRESS_LIMITS: ClassVar[Mapping[str, tuple[int, int]]] = {"street": (1, 200)}

    def __init__(self, connection: Connection) -> None:
        """Keep nothing: there is nobody to connect to."""

    @classmethod
    def is_configured(cls) -> bool:
        return True

    @classmethod
    def check_order(cls, order: OrderToPlace) -> list[FieldError]:
        return []

    @classmethod
    def takes_test_products(cls) -> bool:
        return True

    def check(self) -> str:
        """Return that there is nobody to ask."""
        return _("No vendor is contacted: test orders are advanced here.")

"""What can become of a report about production, in words that its doors share."""

from dataclasses import dataclass
from typing import Literal

from backoffice.models.callback import CallbackState
from fulfillment.models import ProductionOrder

Source = Literal["answer", "callback", "poll"]


@dataclass(frozen=True)
class ProductionOutcome:
    """APPLIED, KNOWN or STALE, and the production order the report spoke of."""

    state: CallbackState
    production_order: ProductionOrder

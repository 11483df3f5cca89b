"""What is not in the document does not compile: each of these has to be an error, or mypy finds the comment useless."""

from storefront_client.models import NewAddress, OrderResponse, ProblemCode


def read_wrongly(order: OrderResponse) -> object:
    return order.pk  # type: ignore[attr-defined]


CODE = ProblemCode.REFERENCE_GONE  # type: ignore[attr-defined]
ADDRESS = NewAddress(street="Hauptstraße 42")  # type: ignore[call-arg]

"""A storefront's day with the client that is made from our document: checked by mypy --strict, then run.

It stands for what a shop's developer writes, and may use nothing that gets around the types.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO

from storefront_client import AuthenticatedClient
from storefront_client.api.files import upload_file
from storefront_client.api.me import get_me
from storefront_client.api.orders import (
    cancel_order,
    edit_order,
    get_order,
    get_order_by_reference,
    get_order_timeline,
    list_orders,
    place_order,
    place_orders,
    validate_order,
)
from storefront_client.models import (
    AddressChanges,
    BulkOrder,
    BulkOrders,
    BulkResponse,
    CancelInput,
    MeResponse,
    NewAddress,
    NewCustomer,
    NewLine,
    NewOrder,
    OrderChanges,
    OrderPage,
    OrderResponse,
    OrderState,
    PrintFile,
    Problem,
    ProblemCode,
    Scope,
    ShopFileResponse,
    TimelineKind,
    TimelineResponse,
    ValidationResponse,
)
from storefront_client.types import UNSET, File

BEGUN = datetime.now(UTC) - timedelta(minutes=1)


def main(address: str, key: str, sku: str, pdf: bytes) -> None:
    client = AuthenticatedClient(base_url=address, token=key)
    me = get_me.sync(client=client)
    assert isinstance(me, MeResponse)
    assert Scope.ORDERSWRITE in me.key.scopes
    order = place(client, build_order("A-1", sku, file_id=upload(client, pdf), currency=me.shop.currency))
    refuse_second(client, build_order("A-1", sku, currency=me.shop.currency))
    edit(client, order)
    place_many(client, [build_order(f"B-{number}", sku, currency=me.shop.currency) for number in range(2)])
    assert {one.reference for one in follow(client)} == {"A-1", "B-0", "B-1"}
    cancel(client, order.id)


def build_order(reference: str, sku: str, *, currency: str, file_id: str | None = None) -> NewOrder:
    files = [PrintFile(file_id=file_id)] if file_id else [PrintFile(url="https://files.example.com/a.pdf")]
    return NewOrder(
        reference=reference,
        placed_at=datetime.now(UTC),
        currency=currency,
        total="129.00",
        customer=NewCustomer(email="jana@example.com", firstname="Jana"),
        recipient=NewAddress(
            lastname="Beispiel", street="Hauptstraße 42", zip_="10115", city="Berlin", country_code="DE"
        ),
        lines=[NewLine(sku=sku, quantity=100, unit_price="1.29", files=files)],
    )


def upload(client: AuthenticatedClient, pdf: bytes) -> str:
    kept = upload_file.sync(client=client, body=File(payload=BytesIO(pdf)))
    assert isinstance(kept, ShopFileResponse), kept
    return kept.id


def place(client: AuthenticatedClient, new: NewOrder) -> OrderResponse:
    looked_at = validate_order.sync(client=client, body=new)
    assert isinstance(looked_at, ValidationResponse)
    assert (looked_at.status, looked_at.problem) == (201, None)
    answer = place_order.sync_detailed(client=client, body=new, idempotency_key=new.reference)
    order = answer.parsed
    assert isinstance(order, OrderResponse), order
    assert answer.headers["Location"] == f"/api/v1/orders/{order.id}/"
    assert order.created_at > BEGUN
    return order


def refuse_second(client: AuthenticatedClient, new: NewOrder) -> None:
    problem = place_order.sync(client=client, body=new, idempotency_key="another")
    assert isinstance(problem, Problem)
    assert problem.code is ProblemCode.REFERENCE_TAKEN


def edit(client: AuthenticatedClient, order: OrderResponse) -> None:
    read = get_order_by_reference.sync_detailed(order.reference, client=client)
    changes = OrderChanges(recipient=AddressChanges(street="Nebenstraße 1"))
    edited = edit_order.sync(order.id, client=client, if_match=read.headers["ETag"], body=changes)
    assert isinstance(edited, OrderResponse), edited
    assert edited.recipient is not None
    assert (edited.recipient.street, edited.revision) == ("Nebenstraße 1", 2)
    late = edit_order.sync(order.id, client=client, if_match=read.headers["ETag"], body=changes)
    assert isinstance(late, Problem)
    assert late.code is ProblemCode.OUTDATED


def place_many(client: AuthenticatedClient, orders: list[NewOrder]) -> None:
    bulk = BulkOrders(orders=[BulkOrder(idempotency_key=new.reference, order=new) for new in orders])
    answer = place_orders.sync(client=client, body=bulk)
    assert isinstance(answer, BulkResponse), answer
    assert [result.status for result in answer.results] == [201, 201]
    assert all(result.order is not None and result.order.reference for result in answer.results)


def follow(client: AuthenticatedClient) -> Iterator[OrderResponse]:
    """Yield all orders that have changed since the beginning, page by page."""
    cursor: str | None = None
    while True:
        page = list_orders.sync(client=client, updated_since=BEGUN, page_size=2, cursor=cursor or UNSET)
        assert isinstance(page, OrderPage), page
        yield from page.results
        cursor = page.next_cursor
        if cursor is None:
            assert page.resume_at is not None
            return


def cancel(client: AuthenticatedClient, pk: int) -> None:
    assert not isinstance(cancel_order.sync(pk, client=client, body=CancelInput(reason="changed her mind")), Problem)
    order = get_order.sync(pk, client=client)
    assert isinstance(order, OrderResponse)
    assert order.state.order is OrderState.CANCELLED
    timeline = get_order_timeline.sync(pk, client=client)
    assert isinstance(timeline, TimelineResponse)
    kinds = [event.kind for event in timeline.results]
    assert kinds[0] is TimelineKind.ORDER_RECEIVED
    assert TimelineKind.ORDER_CANCELLED in kinds


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.stdin.buffer.read())

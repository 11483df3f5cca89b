"""Two at one draft at the same time."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections, transaction

from backoffice.engine.models import Push
from backoffice.errors import DomainError
from orders.drafts.models import DraftOrder, new_reference
from orders.drafts.services.editing import DraftChanged, save_draft
from orders.drafts.services.placing import place_draft
from orders.models import Order
from tests.api.storefront import make_catalog, make_storefront
from tests.orders.drafts.test_draft_services import content

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Return what each of them returned or raised, all begun together."""
    gate, found = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            gate.wait()
            found[place] = act()
        except DomainError as error:
            found[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def begin(**changes: Any) -> DraftOrder:
    shop = make_storefront().shop
    make_catalog()
    given = {"version": 0, "editor": "page", "actor": "clara"} | changes
    return save_draft(new_reference(), content(), shop=shop, **given)


def test_eight_presses_at_once_make_one_order() -> None:
    draft = begin()
    orders = at_once(*[lambda: place_draft(draft, actor="clara")] * 8)
    assert len({order.pk for order in orders}) == 1
    assert (Order.objects.count(), Push.objects.count()) == (1, 1)


def test_of_two_pages_that_save_the_same_version_one_is_told() -> None:
    draft = begin()

    def save(editor: str) -> DraftOrder:
        typed = content(total=editor)
        return save_draft(draft.reference, typed, shop=draft.shop, version=1, editor=editor, actor=editor)

    found = at_once(lambda: save("1"), lambda: save("2"))
    refused = [one for one in found if isinstance(one, DraftChanged)]
    kept = DraftOrder.objects.get()
    assert len(refused) == 1
    assert kept.content["total"] == kept.updated_by == refused[0].details["by"]


def test_without_the_version_the_second_page_overwrites_the_first() -> None:
    """The control: whoever reads the version only when saving is told nothing."""
    draft = begin()
    for editor in ("1", "2"):
        version = DraftOrder.objects.get().version
        typed = content(total=editor)
        save_draft(draft.reference, typed, shop=draft.shop, version=version, editor=editor, actor=editor)
    assert DraftOrder.objects.get().content["total"] == "2"


def test_what_is_saved_while_the_order_is_placed_waits_and_is_refused() -> None:
    draft = begin()
    with transaction.atomic():
        order = place_draft(draft, actor="clara")
        typed = content(total="1")
        saves = threading.Thread(
            target=lambda: found.extend(
                at_once(
                    lambda: save_draft(draft.reference, typed, shop=draft.shop, version=1, editor="page", actor="tom")
                )
            )
        )
        found: list[Any] = []
        saves.start()
        saves.join(0.3)
        assert saves.is_alive()
    saves.join()
    assert [getattr(one, "code", None) for one in found] == ["placed"]
    kept = DraftOrder.objects.get()
    assert (kept.order_id, kept.content["total"]) == (order.pk, "")
    connections.close_all()

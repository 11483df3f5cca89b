"""One person with two e-mail addresses: merged by hand, and separated again."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import translation

from backoffice.errors import Conflict, IllegalTransition, InvalidInput
from orders.customers.models import Customer, CustomerEmail, CustomerEvent, CustomerMerge, CustomerNote
from orders.customers.models.customer import LONGEST_NOTE
from orders.customers.services import notes
from orders.customers.services.bought import MOST_COUNTED, newest_orders, read_bought
from orders.customers.services.history import describe
from orders.customers.services.merging import merge_customers, merges_of, undo_merge
from orders.customers.services.notes import add_note, change_preferences, remove_note
from orders.customers.services.people import MOST_EMAILS, find_person
from tests.orders.rows import make_order

ANNA, WORK, THIRD = "anna@example.com", "anna@work.example.com", "a@third.example.com"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Read in English, whatever language was spoken before."""
    with translation.override("en"):
        yield


def emails_of(email: str) -> set[str]:
    return set(find_person(email).emails)


@pytest.mark.django_db
def test_merged_customers_are_one_by_either_email() -> None:
    note = add_note(WORK, "Prefers matt paper.", actor="mara")
    merge_customers("Anna@Example.com", WORK, actor="mara")
    assert emails_of(ANNA) == emails_of(WORK.upper()) == {ANNA, WORK}
    person = find_person(ANNA)
    assert list(person.customer.notes.all()) == [note]
    assert [describe(event) for event in person.customer.events.all()] == [f"Merged with {WORK}."]


@pytest.mark.django_db
def test_orders_of_both_are_counted_together_and_in_order() -> None:
    orders = [make_order(customer_email=email) for email in (ANNA, WORK.upper(), ANNA, THIRD)]
    merge_customers(ANNA, WORK, actor="mara")
    emails = find_person(WORK).emails
    assert newest_orders(emails, most=10) == [order.pk for order in orders[2::-1]]
    assert newest_orders(emails, most=10, older=orders[1].pk) == [orders[0].pk]
    bought = read_bought(emails)
    assert (bought.count, bought.is_cut, bought.count_text) == (3, False, "3")
    assert str(bought.amounts[0].value) == "567.000"
    assert read_bought(emails, most=2).count_text == "2+"


@pytest.mark.django_db
def test_a_merge_is_undone_and_leaves_what_was_written_since() -> None:
    before = add_note(WORK, "From before.", actor="mara")
    merge = merge_customers(ANNA, WORK, actor="mara")
    since = add_note(WORK, "Since then.", actor="mara")
    undo_merge(merge, actor="nils")
    assert (emails_of(ANNA), emails_of(WORK)) == ({ANNA}, {WORK})
    assert list(find_person(WORK).customer.notes.all()) == [before]
    assert list(find_person(ANNA).customer.notes.all()) == [since]
    assert merges_of(find_person(ANNA)) == []
    merge.refresh_from_db()
    assert (merge.undone_by, merge.undone_at is None) == ("nils", False)
    kinds = CustomerEvent.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds)[-2:] == ["customer.separated"] * 2


@pytest.mark.django_db
def test_merges_are_undone_in_any_order() -> None:
    inner = merge_customers(WORK, THIRD, actor="mara")
    outer = merge_customers(ANNA, WORK, actor="mara")
    assert emails_of(ANNA) == {ANNA, WORK, THIRD}
    assert {one.pk for one in merges_of(find_person(ANNA))} == {inner.pk, outer.pk}
    undo_merge(inner, actor="mara")
    assert (emails_of(ANNA), emails_of(THIRD)) == ({ANNA, WORK}, {THIRD})
    undo_merge(outer, actor="mara")
    assert (emails_of(ANNA), emails_of(WORK), emails_of(THIRD)) == ({ANNA}, {WORK}, {THIRD})


@pytest.mark.django_db
def test_what_is_undone_may_be_merged_again() -> None:
    undo_merge(merge_customers(ANNA, WORK, actor="mara"), actor="mara")
    merge_customers(WORK, ANNA, actor="mara")
    assert emails_of(ANNA) == {ANNA, WORK}


@pytest.mark.django_db
def test_a_merge_is_undone_once() -> None:
    merge = merge_customers(ANNA, WORK, actor="mara")
    undo_merge(merge, actor="mara")
    events = CustomerEvent.objects.count()
    with pytest.raises(Conflict):
        undo_merge(merge, actor="mara")
    assert CustomerEvent.objects.count() == events


@pytest.mark.django_db
@pytest.mark.parametrize("other", [ANNA, "ANNA@EXAMPLE.COM ", WORK])
def test_one_customer_is_not_merged_with_themselves(other: str) -> None:
    merge_customers(ANNA, WORK, actor="mara")
    with pytest.raises(IllegalTransition):
        merge_customers(ANNA, other, actor="mara")
    assert CustomerMerge.objects.count() == 1
    assert emails_of(ANNA) == {ANNA, WORK}


@pytest.mark.django_db
def test_a_customer_has_so_many_emails_and_no_more() -> None:
    for number in range(MOST_EMAILS - 1):
        merge_customers(ANNA, f"a{number}@example.com", actor="mara")
    with pytest.raises(IllegalTransition) as refused:
        merge_customers(ANNA, WORK, actor="mara")
    assert refused.value.code == "too_many_emails"
    assert len(emails_of(ANNA)) == MOST_EMAILS
    assert emails_of(WORK) == {WORK}


@pytest.mark.django_db
def test_preferences_are_taken_over_where_there_are_none() -> None:
    change_preferences(WORK, "Call before delivery.", before="", actor="mara")
    merge_customers(ANNA, WORK, actor="mara")
    assert find_person(ANNA).customer.preferences == "Call before delivery."


@pytest.mark.django_db
def test_preferences_of_a_second_writer_overwrite_nothing() -> None:
    change_preferences(ANNA, "Call before delivery.", before="", actor="mara")
    with pytest.raises(Conflict):
        change_preferences(ANNA, "Never call.", before="", actor="nils")
    assert find_person(ANNA).customer.preferences == "Call before delivery."
    assert CustomerEvent.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "x" * (LONGEST_NOTE + 1)])
def test_a_note_says_something_and_ends(text: str) -> None:
    with pytest.raises(InvalidInput):
        add_note(ANNA, text, actor="mara")
    assert not CustomerNote.objects.exists()
    assert not CustomerEvent.objects.exists()


@pytest.mark.django_db
def test_notes_are_removed_once_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "MOST_NOTES", 1)
    note = add_note(ANNA, "One.", actor="mara")
    with pytest.raises(InvalidInput):
        add_note(ANNA, "Two.", actor="mara")
    remove_note(note, actor="nils")
    with pytest.raises(Conflict):
        remove_note(note, actor="nils")
    last = CustomerEvent.objects.latest("pk")
    assert describe(last) == "A note by mara was removed."


@pytest.mark.django_db(transaction=True)
def test_two_people_who_merge_the_same_two_at_once_merge_them_once() -> None:
    def attempt(pair: tuple[str, str]) -> str:
        try:
            merge_customers(*pair, actor="mara")
        except IllegalTransition as refused:
            return refused.code
        finally:
            connection.close()
        return "merged"

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(attempt, [(ANNA, WORK), (WORK, ANNA)] * 2))
    assert sorted(outcomes) == ["merged", *["same_customer"] * 3]
    assert emails_of(ANNA) == {ANNA, WORK}
    assert Customer.objects.count() == CustomerEmail.objects.count() == 2


@pytest.mark.django_db
def test_a_customer_of_many_orders_costs_as_many_queries_as_one_of_one(
    django_assert_num_queries: Callable[[int], object],
) -> None:
    for _number in range(3):
        make_order(customer_email=ANNA)
    with django_assert_num_queries(1):
        assert read_bought([ANNA, WORK]).count == 3
    assert MOST_COUNTED >= 1000

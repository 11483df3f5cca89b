"""Money and people in words, the same on every staff page."""

from decimal import Decimal

import pytest
from django.utils import translation

from backoffice.amounts import money
from backoffice.staff.actors import actor_label


@pytest.mark.parametrize(
    ("language", "amount", "words"),
    [("en-gb", "-417", "−€417.00"), ("de", "-417", "−417,00\xa0€"), ("en-gb", "1234.5", "€1,234.50")],
)
def test_the_sign_of_a_loss_stands_before_the_symbol(language: str, amount: str, words: str) -> None:
    with translation.override(language):
        assert money(Decimal(amount), "EUR") == words


@pytest.mark.parametrize(
    ("actor", "words"),
    [("system", "automatically"), ("shop:WEB", "shop WEB"), ("vendor:mypromo", "mypromo"), ("mara", "mara")],
)
def test_who_did_it_is_said_as_staff_would(actor: str, words: str) -> None:
    with translation.override("en-gb"):
        assert actor_label(actor) == words

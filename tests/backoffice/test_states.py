"""States that know their look."""

import pytest

from backoffice.states import Chip, StateChoices, Tone
from orders.models import OrderState


def test_a_state_is_its_value_and_shows_itself() -> None:
    assert OrderState("held") == "held" == OrderState.HELD.value
    assert OrderState("held").chip("why") == Chip(Tone.AMBER, "front_hand", OrderState.HELD.label, "why")
    assert OrderState.choices[1] == ("held", OrderState.HELD.label)


def test_a_state_without_a_look_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="not enough values"):

        class Bare(StateChoices):
            NEW = "new", "new"

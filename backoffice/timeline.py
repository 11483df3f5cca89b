"""Timelines: what happened to a thing is kept as a kind with its params, and read as one whole sentence a kind."""

from collections import defaultdict
from collections.abc import Mapping

from django.utils.functional import Promise

from backoffice.states import Tone

# Icon (a name of Material Symbols), tone and text, with a place for each param by its name.
Sentence = tuple[str, Tone, Promise | str]

# For a kind of another release.
UNKNOWN: Sentence = ("radio_button_unchecked", Tone.GREY, "")


def fill(text: Promise | str, params: Mapping[str, object]) -> str:
    """Return the sentence in the active language; what an event of an earlier release left out stays empty."""
    return str(text % defaultdict(str, params)).strip()

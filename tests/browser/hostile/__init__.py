"""A busy, unlucky shop: every kind of row in every state, with the names that break pages. Nothing is sent.

Tests call `seed`; by hand, into a demo that is up: `python -m tests.browser.hostile 3000`.
"""

from tests.browser.hostile.seeding import seed
from tests.browser.hostile.words import LONG, MARKUP, RTL, SKU

__all__ = ["LONG", "MARKUP", "RTL", "SKU", "seed"]

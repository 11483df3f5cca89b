"""Staff of marketing, and orders to tell."""

from tests.admin.desk.conftest import nothing_remembered, sign_in
from tests.orders.marketing.conftest import ask, letters, make, reviews, tell

__all__ = ["ask", "letters", "make", "nothing_remembered", "reviews", "sign_in", "tell"]

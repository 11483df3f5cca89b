"""What a task costs the hand that does it."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator


class Clicks:
    """Clicks things and counts; typing, and moving by keys, cost nothing."""

    def __init__(self) -> None:
        self.count = 0

    def on(self, target: Locator) -> None:
        """Click the first of these."""
        target.first.click()
        self.count += 1

    @contextmanager
    def task(self, name: str, *, most: int) -> Iterator[None]:
        """Fail when what is done within takes more clicks than that."""
        before = self.count
        yield
        used = self.count - before
        assert used <= most, f"{name}: {used} clicks, {most} are enough"

"""A sandbox whose time stands still, and a merchant speaking to it."""

from collections.abc import Iterator

import pytest

from backoffice.sandbox import Sandbox, running_sandbox
from tests.sandbox.client import Client


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Run a sandbox whose clock is moved by hand and whose orders are never late by chance."""
    with running_sandbox(manual_clock=True, late_every=0) as running:
        yield running


@pytest.fixture
def merchant(sandbox: Sandbox) -> Client:
    """Connect as the merchant."""
    return Client(sandbox)


@pytest.fixture
def fulfiller(sandbox: Sandbox) -> Client:
    """Connect as the fulfiller who makes the documented products."""
    return Client(sandbox, account="2", secret="sandbox-fulfiller-secret")

"""What the tests of vendors share."""

import pytest

from tests.vendors.connections import Outside


@pytest.fixture
def outside() -> Outside:
    return Outside()

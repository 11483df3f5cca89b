"""The document, as a developer downloads it."""

from pathlib import Path

import pytest
from django.test import Client


@pytest.fixture
def document(client: Client, tmp_path: Path) -> Path:
    path = tmp_path / "schema.json"
    path.write_bytes(client.get("/api/schema/?format=json").content)
    return path

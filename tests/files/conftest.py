"""A folder and a bucket; the bucket is of a real S3 server over real HTTP."""

import logging
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from moto.server import ThreadedMotoServer
from pytest_django import Settings

from tests.files.buckets import use_bucket


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """Yield the address of a store that is empty but for what tests make."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    """Keep files in an empty folder."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def bucket(settings: Settings, s3_server: str, folder: Path) -> str:
    """Keep files in an empty bucket, below a prefix; return its name."""
    name = f"orders-{uuid.uuid4().hex[:12]}"
    use_bucket(settings, endpoint=s3_server, bucket=name)
    store: Any = default_storage
    store.client.create_bucket(Bucket=name)
    return name


@pytest.fixture(params=["local", "s3"])
def place(request: pytest.FixtureRequest) -> str:
    """Do it once in a folder and once in a bucket."""
    request.getfixturevalue("folder" if request.param == "local" else "bucket")
    return str(request.param)

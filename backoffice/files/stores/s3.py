"""Files in a bucket of a store that speaks S3: Amazon's, MinIO, Ceph, Garage and others.

A file comes in whole before the store hears of it: it is spooled here while its type and digest are found out, then put
in one request that carries the digest, which the store compares. So nothing half-written or unfit is ever there, and
what broke off is simply put again. What is read is compared again (`backoffice/files/checked.py`).
"""

import base64
import hashlib
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import IO, Any, ClassVar, cast

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session, get_session
from django.core.files.base import File
from storages.backends.s3 import S3Storage

from backoffice.files.stores.base import PROBE, FileStore, StoreAway, StoredEntry, name_of
from backoffice.files.stores.s3_faults import explain, is_absent, is_worth_a_pause
from backoffice.files.stores.s3_reading import S3Reader

# Bytes of one file that are kept in memory on its way in; the rest lies in the folder for temporary files.
IN_MEMORY = 1024 * 1024
# Seconds for which nobody asks again where nobody answered: else each request waits for the store by itself.
PAUSE_SECONDS = 5
PAGE = 1000
_making = threading.Lock()


@cache
def _session() -> Session:
    """Return what knows the service and, where the settings name none, the machine's credentials."""
    return get_session()


class S3Store(FileStore, S3Storage):
    """Below `location` in the bucket. One client serves all threads of a process."""

    is_remote: ClassVar[bool] = True

    def __init__(self, *, timeout: float, tries: int, encryption: str = "", kms_key: str = "", **options: Any) -> None:
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": options.pop("addressing_style", "auto")},
            connect_timeout=min(timeout, 3),
            read_timeout=timeout,
            retries={"mode": "standard", "total_max_attempts": tries},
            tcp_keepalive=True,
            max_pool_connections=32,
            # Each request carries the digest of its content, and what comes back is compared with it by us.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        sealing = {"ServerSideEncryption": encryption, "SSEKMSKeyId": kms_key}
        parameters = {name: value for name, value in sealing.items() if value}
        super().__init__(client_config=config, object_parameters=parameters, file_overwrite=True, **options)
        self._client: Any = None
        self._silent: tuple[float, StoreAway | None] = (0, None)

    @property
    def spool_folder(self) -> Path:
        return Path(tempfile.gettempdir())

    @property
    def client(self) -> Any:
        """The library makes one for each thread, which costs a fifth of a second and megabytes."""
        with _making:
            if self._client is None:
                self._client = _session().create_client(
                    "s3",
                    region_name=self.region_name,
                    endpoint_url=self.endpoint_url,
                    aws_access_key_id=self.access_key,
                    aws_secret_access_key=self.secret_key,
                    config=self.client_config,
                )
            return self._client

    def exists(self, name: str) -> bool:
        return self._head(name) is not None

    def size(self, name: str) -> int:
        head = self._head(name)
        if head is None:
            raise FileNotFoundError(name)
        return int(head["ContentLength"])

    def holds(self, name: str, *, size: int, sha256: str) -> bool:
        head = self._head(name)
        return head is not None and (head["ContentLength"], head["Metadata"].get("sha256")) == (size, sha256)

    def delete(self, name: str) -> None:
        with self._asking(name):
            self.client.delete_object(**self._place(name))

    def walk(self) -> Iterator[StoredEntry]:
        prefix = f"{self.location.strip('/')}/" if self.location else ""
        wanted = {"Bucket": self.bucket_name, "Prefix": prefix, "MaxKeys": PAGE}
        while True:
            with self._asking(prefix):
                page = self.client.list_objects_v2(**wanted)
            for found in page.get("Contents", ()):
                if found["Key"] != f"{prefix}{PROBE}":
                    yield StoredEntry(found["Key"].removeprefix(prefix), found["Size"], found["LastModified"])
            if not page.get("IsTruncated"):
                return
            wanted["ContinuationToken"] = page["NextContinuationToken"]

    def _open(self, name: str, mode: str = "rb") -> File:
        if mode != "rb":
            raise ValueError("A file in the store is only read.")
        reader = S3Reader(get=partial(self._get, name), asking=partial(self._asking, name))
        return File(cast(IO[bytes], reader), name)

    def _get(self, name: str, *, offset: int = 0, etag: str = "") -> Any:
        """Open the file, or the rest of it where it still is the same."""
        rest = {"IfMatch": etag, "Range": f"bytes={offset}-"} if etag else {}
        return self.client.get_object(**self._place(name), **rest)

    def _save(self, name: str, content: Any) -> str:
        digest = hashlib.sha256()
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
            for chunk in content.chunks():
                spool.write(chunk)
                digest.update(chunk)
            name = name_of(content, name)
            spool.seek(0)
            self._put(name, cast(IO[bytes], spool), sha256=digest.hexdigest())
        return name

    def _put(self, name: str, spool: IO[bytes], *, sha256: str) -> None:
        with self._asking(name):
            self.client.put_object(
                **self._place(name),
                **self.object_parameters,
                Body=spool,
                ContentType=self.default_content_type,
                Metadata={"sha256": sha256},
                ChecksumSHA256=base64.b64encode(bytes.fromhex(sha256)).decode(),
            )

    def _head(self, name: str) -> Any:
        try:
            with self._asking(name):
                return self.client.head_object(**self._place(name))
        except FileNotFoundError:
            return None

    def _place(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket_name, "Key": self._normalize_name(name)}

    @contextmanager
    def _asking(self, name: str) -> Iterator[None]:
        """Say in our words what goes wrong in here. Raises FileNotFoundError and StoreAway."""
        until, last = self._silent
        if last is not None and time.monotonic() < until:
            raise StoreAway(last.cause, remedy=last.remedy)
        try:
            yield
        except ClientError as error:
            if is_absent(error):
                raise FileNotFoundError(name) from error
            raise self._away(error) from error
        except BotoCoreError as error:
            raise self._away(error) from error

    def _away(self, error: BotoCoreError | ClientError) -> StoreAway:
        away = explain(error, bucket=self.bucket_name, endpoint=self.endpoint_url or "")
        if is_worth_a_pause(error):
            self._silent = (time.monotonic() + PAUSE_SECONDS, away)
        return away

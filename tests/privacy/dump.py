"""All that an installation holds, as whoever steals its disk reads it: every table, every file, unpacked, and Redis."""

import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from redis import Redis

from backoffice.engine.services.files import read_file, store

_HEX = re.compile(rb"\\\\x([0-9a-f]{2,})")
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_APART = re.compile(r"[\s()/.\-]")


def everything() -> dict[str, bytes]:
    """Return by the name of a table, or the path of a file, all that stands in it."""
    return dict(_tables()) | dict(_files()) | in_redis() | {"sessions, opened": _sessions()}


def in_redis() -> dict[str, bytes]:
    """Return by key what Redis holds: caches, and tasks that nobody has taken."""
    with Redis.from_url(settings.REDIS_URL) as client:
        return {f"redis {key!r}": key + b"\n" + _read_key(client, key) for key in client.scan_iter()}


def find(needles: list[str], dump: dict[str, bytes]) -> dict[str, list[str]]:
    """Return where which of the needles stands, however it is written."""
    found = {place: [one for one in needles if _has(content, one)] for place, content in dump.items()}
    return {place: some for place, some in found.items() if some}


def lines_with(needle: str, dump: dict[str, bytes]) -> dict[str, int]:
    """Return how many rows of which table name it."""
    counts = {place: sum(needle.encode() in line for line in content.split(b"\n")) for place, content in dump.items()}
    return {place: count for place, count in counts.items() if count}


def _tables() -> Iterator[tuple[str, bytes]]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            with cursor.copy(f'COPY (SELECT * FROM "{table}") TO STDOUT') as copy:
                yield table, _open_hex(b"".join(bytes(piece) for piece in copy))


def _files() -> Iterator[tuple[str, bytes]]:
    for entry in store().walk():
        yield f"file {entry.name}", _unpack(read_file(entry.name) or b"")


def _read_key(client: Redis, key: bytes) -> bytes:
    reading = {
        b"string": lambda: [client.get(key)],
        b"list": lambda: client.lrange(key, 0, -1),
        b"set": lambda: client.smembers(key),
        b"zset": lambda: client.zrange(key, 0, -1),
        b"hash": lambda: [part for pair in client.hgetall(key).items() for part in pair],
        # It ended meanwhile.
        b"none": list,
    }
    return b"\n".join(reading[client.type(key)]())


def _sessions() -> bytes:
    return json.dumps([row.get_decoded() for row in Session.objects.all()], default=str).encode()


def _open_hex(content: bytes) -> bytes:
    """Return the table with its binary columns opened beside it."""
    opened = [_unpack(bytes.fromhex(match[1].decode())) for match in _HEX.finditer(content)]
    return b"\n".join([content, *opened])


def _unpack(content: bytes) -> bytes:
    """Return the content, with what is packed in it."""
    parts = [content]
    if content[:4] == b"PK\x03\x04":  # two letters stand before random bytes now and then
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts += [_unpack(archive.read(name)) for name in archive.namelist()]
    for match in _STREAM.finditer(content):
        with suppress(zlib.error):
            parts.append(zlib.decompress(match[1].strip(b"\r\n")))
    return b"\n".join(parts)


def _has(content: bytes, needle: str) -> bool:
    text = content.decode("utf-8", "replace").casefold()
    digits = re.sub(r"\D", "", needle)
    if len(digits) >= 7:
        return digits[-8:] in _APART.sub("", text)
    spelt: list[Any] = [needle, json.dumps(needle)[1:-1], json.dumps(needle)[1:-1].replace("\\", "\\\\")]
    return any(one.casefold() in text for one in spelt)

"""All that is known of a person as one ZIP: JSON, and the files."""

import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from backoffice.engine.services.files import IN_MEMORY, Kept, keep_file, new_path, open_path
from backoffice.model_fields import SealedJSONField
from backoffice.privacy.person import DataSubject
from backoffice.privacy.registry import Holder
from backoffice.privacy.services.erasing import paths_of
from backoffice.privacy.services.finding import collect, customers_holders
from backoffice.privacy.services.spellings import WITHHELD, Scrubber

FOLDER = "privacy"
_PIECE = 1024 * 1024
# Columns that say nothing of anybody: how rows are worked on, found and kept apart.
_OURS = frozenset({"token", "lease_until", "search", "path", "sha256", "fingerprint", "awaiting_rules", "editor"})


def make_copy(person: DataSubject) -> tuple[Kept, dict[str, int]]:
    """Keep a ZIP of all that is theirs; return what is kept, and how many rows of which model are in it."""
    with SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
        with zipfile.ZipFile(spool, "w", zipfile.ZIP_DEFLATED) as archive:
            counts = _write(archive, person)
        spool.seek(0)
        return keep_file(_pieces(spool), path=new_path(FOLDER)), counts


def _write(archive: zipfile.ZipFile, person: DataSubject) -> dict[str, int]:
    found, counts = collect(person), {}
    # What is theirs may name who ordered it for them, such as the sender of a parcel.
    withheld = Scrubber(person.givers or DataSubject(), sparing=person, mark=WITHHELD)
    data: dict[str, Any] = {"made_at": timezone.now(), "person": _described(person), "data": {}}
    for holder in customers_holders():
        if holder.shared or holder.label not in found:
            continue
        rows = found[holder.label]
        rows = holder.exported(person, rows) if holder.exported else rows
        entries = [withheld.scrub(_entry(archive, holder, row)) for row in rows.order_by("pk").iterator(chunk_size=200)]
        if entries:
            counts[holder.label] = len(entries)
            data["data"][holder.label] = {"holds": str(holder.holds), "rows": entries}
    text = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2, default=str)
    archive.writestr("data.json", text)
    return counts


def _described(person: DataSubject) -> dict[str, Any]:
    """Return by what they were recognised."""
    return {"emails": sorted(person.emails), "names": sorted(" ".join(name).strip() for name in person.names)}


def _entry(archive: zipfile.ZipFile, holder: Holder, row: models.Model) -> dict[str, Any]:
    entry = {
        field.name: _plain(field.value_from_object(row)) for field in row._meta.concrete_fields if _is_given(field)
    }
    if files := [name for path in paths_of(holder, row) if (name := _add_file(archive, holder, row, path))]:
        entry["files"] = files
    return entry


def _is_given(field: "models.Field[Any, Any]") -> bool:
    return field.name not in _OURS and not isinstance(field, SealedJSONField)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "replace")
    return value.isoformat() if isinstance(value, datetime) else value


def _add_file(archive: zipfile.ZipFile, holder: Holder, row: models.Model, path: str) -> str:
    """Put the file into the archive and return its name there; nothing where there is none any more."""
    ending = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}
    kind = ending.get(getattr(row, "content_type", ""), "")
    name = f"files/{holder.model._meta.model_name}-{row.pk}-{path.rpartition('/')[2][:8]}{kind}"
    try:
        with open_path(path) as source, archive.open(name, "w") as target:
            while piece := source.read(_PIECE):
                target.write(piece)
    except FileNotFoundError:
        return ""
    return name


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece

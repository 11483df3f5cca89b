"""Handing out our copies of print files, slips, previews and labels to staff."""

from dataclasses import dataclass
from typing import BinaryIO

from django.utils.text import slugify

from fulfillment.models import Label, LabelAnswer, ProductionFile
from fulfillment.services.file_store import open_file

_ENDINGS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


@dataclass(frozen=True)
class Document:
    """An open file, the name it is saved under (letters, digits and hyphens only), and its type by its content."""

    file: BinaryIO
    name: str
    content_type: str


def open_answer(answer: LabelAnswer) -> Document:
    """What a label's download brought, as it came, to be saved and never shown. Raises FileNotFoundError."""
    label = answer.label
    name = slugify(f"{label.production_order.vendor_id}-label-{label.tracking_code}-as-it-came")[:100]
    ending = _ENDINGS.get(answer.content_type, "bin")
    return Document(open_file(answer), f"{name}.{ending}", "application/octet-stream")


def open_document(row: ProductionFile | Label) -> Document:
    """Our copy; nothing is asked of the vendor. Raises FileNotFoundError when there is none."""
    about = row.raw_kind if isinstance(row, ProductionFile) else row.tracking_code
    kind = row.kind if isinstance(row, ProductionFile) else "label"
    name = slugify(f"{row.production_order.vendor_id}-{kind}-{about}-{row.pk}")[:100]
    ending = _ENDINGS.get(row.content_type, "bin")
    return Document(open_file(row), f"{name}.{ending}", row.content_type or "application/octet-stream")

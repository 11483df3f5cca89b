"""Print files are looked at before an order goes: one that cannot be used makes its vendor cancel the whole order.

Each file is fetched once and noted, so that a delivery that is interrupted goes on with the next one. Files behind sftp
are not fetched; nor is anything when CHECK_PRINT_FILES is off, or when somebody released the order anyway.
"""

import base64
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from django.conf import settings

from backoffice.engine.services.delivery import Delivery, Interrupted, Withdrawn
from backoffice.engine.services.files import open_file
from backoffice.files.pdf_marks import PdfMarks
from backoffice.text.translatable import gettext as _
from backoffice.vendors.addresses import UnsafeUrl
from backoffice.vendors.errors import VendorProtocolError, VendorUnavailable
from backoffice.vendors.http import fetch_untrusted
from catalog.models import Variant
from orders.models import Hold, HoldReason, Order, OrderEvent, ShopFile, VendorOrder, VendorOrderLine
from orders.services.files.specs import Spec, specs_for
from orders.services.files.store import MAX_FILE_BYTES, link_file
from orders.services.holds import hold_if_open

# A worker is given back after so many seconds and goes on with the next file later.
LONGEST_ROUND = 60.0
# A host that does not answer is tried in so many deliveries before the order is held.
TRIES = 3
_NOT_FOR_US = "sftp://"


@dataclass
class _Round:
    """What one delivery finds: complaints by the path of the file, and how many files nobody looked at."""

    began: float = field(default_factory=time.monotonic)
    complaints: dict[str, list[str]] = field(default_factory=dict)
    away: VendorUnavailable | None = None
    checked: int = 0
    unseen: int = 0
    is_cut: bool = False

    @property
    def is_over(self) -> bool:
        return time.monotonic() - self.began > LONGEST_ROUND


def prepare_files(delivery: Delivery, vendor_order: VendorOrder) -> None:
    """The print files of a vendor order that is about to be created are fit, and the links to ours fresh.

    Raises Withdrawn when one is not: then the order is held with the file, the reason and the next step;
    VendorUnavailable when a host does not answer yet, Interrupted when there is more to look at than fits.
    """
    rows = list(vendor_order.lines.select_related("line"))
    _renew_links(delivery, rows)
    if not settings.CHECK_PRINT_FILES or _is_overridden(vendor_order.order_id):
        return
    found = _Round()
    specs = _specs_of(rows, vendor=vendor_order.vendor)
    pending = list(_unchecked(rows))
    for count, (row, index, file) in enumerate(pending, start=1):
        delivery.renew_lease()
        _look_at(delivery, row, index, file, specs=specs.get(row.line.sku, []), found=found)
        if found.is_over and count < len(pending):
            found.is_cut = True
            break
    _conclude(delivery, vendor_order, found)


def _renew_links(delivery: Delivery, rows: list[VendorOrderLine]) -> None:
    """A link that was signed when the order came in may end soon after the order was held for days."""
    for row in rows:
        line = row.line
        if not any(file.get("file_id") for file in line.files):
            continue
        line.files = [
            file | {"url": link_file(file["file_id"])} if file.get("file_id") else file for file in line.files
        ]
        delivery.record(lambda line=line: line.save(update_fields=["files"]))  # type: ignore[misc]


def _is_overridden(order_id: int) -> bool:
    return Hold.objects.filter(order=order_id, reason=HoldReason.BAD_FILE, overridden=True).exists()


def _specs_of(rows: list[VendorOrderLine], *, vendor: str) -> dict[str, list[Mapping[str, Any]]]:
    """The parts of each SKU that has print files."""
    skus = {row.line.sku for row in rows if row.line.files}
    return dict(Variant.objects.filter(vendor=vendor, sku__in=skus).values_list("sku", "parts"))


def _unchecked(rows: list[VendorOrderLine]) -> Iterator[tuple[VendorOrderLine, int, Mapping[str, str]]]:
    for row in rows:
        for index, file in enumerate(row.line.files):
            if index not in row.checked_files:
                yield row, index, file


def _look_at(
    delivery: Delivery,
    row: VendorOrderLine,
    index: int,
    file: Mapping[str, str],
    *,
    specs: list[Mapping[str, Any]],
    found: _Round,
) -> None:
    """Judge one file and note it when it is fit."""
    is_unseen = file["url"].startswith(_NOT_FOR_US)
    try:
        wanted = specs_for(specs, file_type=file.get("type", ""))
        credentials = (row.line.file_credentials or {}).get(str(index))
        complaints = [] if is_unseen else validate_file(file, credentials=credentials, specs=wanted)
    except VendorUnavailable as error:
        found.away = error
        complaints = [error.text] if delivery.push.attempts >= TRIES else []
        if not complaints:
            return
    if complaints:
        found.complaints[f"lines[{row.line.position - 1}].files[{index}]"] = complaints
        return
    found.unseen += is_unseen
    found.checked += not is_unseen
    row.checked_files = [*row.checked_files, index]
    delivery.record(lambda: row.save(update_fields=["checked_files"]))


def validate_file(file: Mapping[str, str], *, credentials: Mapping[str, str] | None, specs: list[Spec]) -> list[str]:
    """Complaints about one print file: can it be fetched, is it a PDF, does it fit. Raises VendorUnavailable."""
    from orders.services.files.pdf_checks import check_pdf  # heavy to load, and most processes never look into a file

    if file.get("file_id"):
        kept = ShopFile.objects.filter(public_id=file["file_id"]).first()
        try:
            if kept is None:
                raise FileNotFoundError
            with open_file(kept) as content:
                return check_pdf(content, specs=specs)
        except FileNotFoundError:
            return [_("The file is not among ours any more; it has to be uploaded again.")]
    try:
        answer = fetch_untrusted(file["url"], max_bytes=MAX_FILE_BYTES, headers=_headers(credentials))
    except UnsafeUrl as error:
        return [str(error)]
    except VendorProtocolError as error:
        if error.status is not None and (error.status >= 500 or error.status in (408, 425, 429)):
            raise VendorUnavailable(error.text, status=error.status) from error
        return [error.text]
    if not PdfMarks().add(answer.body).has_header:
        return [_("What is there is not a PDF.")]
    return check_pdf(BytesIO(answer.body), specs=specs)


def _headers(credentials: Mapping[str, str] | None) -> dict[str, str]:
    """The credentials that were given with the file, which go to its host and, as no redirect is followed, no other."""
    scheme = (credentials or {}).get("scheme")
    if credentials is None or scheme not in ("basic", "header"):
        return {}
    if scheme == "header":
        return {"Authorization": credentials["header"]}
    pair = f"{credentials['username']}:{credentials['password']}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _conclude(delivery: Delivery, vendor_order: VendorOrder, found: _Round) -> None:
    if found.complaints:
        delivery.record(lambda: _hold(vendor_order, found))
        raise Withdrawn(_("A print file cannot be used."))
    if found.checked or found.unseen:
        delivery.record(lambda: _note(delivery, vendor_order, found))
    if found.away is not None:
        raise found.away
    if found.is_cut:
        raise Interrupted


def _hold(vendor_order: VendorOrder, found: _Round) -> None:
    order = Order.objects.locked(vendor_order.order_id)
    text = _(
        "%(vendor)s would cancel all of %(reference)s because of its print files: %(said)s Have the shop mend them at "
        "the same address, or exchange them here, then release the hold: they are looked at again. Or release it "
        "anyway: then they go as they are."
    )
    said = " ".join(f"{path}: {' '.join(texts)}" for path, texts in found.complaints.items())
    words = {"vendor": vendor_order.vendor, "reference": vendor_order.reference, "said": said}
    hold_if_open(order, reason=HoldReason.BAD_FILE, text=text % words, errors=found.complaints, actor="system")


def _note(delivery: Delivery, vendor_order: VendorOrder, found: _Round) -> None:
    words = {"reference": vendor_order.reference, "checked": found.checked, "unseen": found.unseen}
    kind = "files.checked_in_part" if found.unseen else "files.checked"
    OrderEvent.objects.create(
        order_id=vendor_order.order_id, actor="system", kind=kind, params=words, push=delivery.push
    )

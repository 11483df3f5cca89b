"""Print files are checked before an order goes: one that cannot be used makes its vendor cancel the whole order.

Each file is fetched once and noted, so that a delivery that is interrupted goes on with the next one. Files behind sftp
are not fetched; nor is anything when CHECK_PRINT_FILES is off, or when somebody released the order anyway.
"""

import base64
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from typing import Any

from django.conf import settings

from backoffice.engine.services.delivery import Delivery, Interrupted, Withdrawn
from backoffice.engine.services.files import open_at_any_place
from backoffice.errors import Errors
from backoffice.files.checked import DamagedFile
from backoffice.files.pdf_marks import PdfMarks
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import join_sentences, text_of
from backoffice.vendors.addresses import UnsafeUrl
from backoffice.vendors.errors import VendorProtocolError, VendorUnavailable
from backoffice.vendors.http import fetch_untrusted
from backoffice.vendors.registry import vendor_behind, vendor_title
from catalog.models import Variant
from orders.models import Hold, HoldReason, Order, ShopFile, VendorOrder, VendorOrderLine
from orders.services.change_labels import describe_errors
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
    """What one delivery finds: errors by the path of the file, and how many files could not be checked."""

    began: float = field(default_factory=time.monotonic)
    errors: Errors = field(default_factory=dict)
    away: VendorUnavailable | None = None
    checked: int = 0
    unseen: int = 0
    is_cut: bool = False

    @property
    def is_over(self) -> bool:
        return time.monotonic() - self.began > LONGEST_ROUND


def prepare_files(delivery: Delivery, vendor_order: VendorOrder) -> None:
    """Check the print files of a vendor order that is about to be created, and renew the links to ours.

    Raise Withdrawn when one is unfit: then the order is held with the file, the reason and the next step;
    VendorUnavailable when a host does not answer yet, Interrupted when there is more to check than fits.
    """
    rows = list(vendor_order.lines.select_related("line"))
    _renew_links(delivery, rows)
    if not settings.CHECK_PRINT_FILES or _is_overridden(vendor_order.order_id):
        return
    found = _Round()
    specs = _specs_of(rows, vendor=vendor_behind(vendor_order.vendor))
    pending = list(_unchecked(rows))
    for count, (row, index, file) in enumerate(pending, start=1):
        delivery.renew_lease()
        _check(delivery, row, index, file, specs=specs.get(row.line.sku, []), found=found)
        if found.is_over and count < len(pending):
            found.is_cut = True
            break
    _conclude(delivery, vendor_order, found)


def _renew_links(delivery: Delivery, rows: list[VendorOrderLine]) -> None:
    """Sign links anew: those that were signed when the order came in may end soon after it was held for days."""
    for line in (row.line for row in rows):
        ours = [file for file in line.files if file.get("file_id")]
        for file in ours:
            file["url"] = link_file(file["file_id"])
        if ours:
            delivery.record(partial(line.save, update_fields=["files"]))


def _is_overridden(order_id: int) -> bool:
    return Hold.objects.filter(order=order_id, reason=HoldReason.BAD_FILE, overridden=True).exists()


def _specs_of(rows: list[VendorOrderLine], *, vendor: str) -> dict[str, list[Mapping[str, Any]]]:
    """Return the parts of each SKU that has print files."""
    skus = {row.line.sku for row in rows if row.line.files}
    return dict(Variant.objects.filter(vendor=vendor, sku__in=skus).values_list("sku", "parts"))


def _unchecked(rows: list[VendorOrderLine]) -> Iterator[tuple[VendorOrderLine, int, Mapping[str, str]]]:
    for row in rows:
        for index, file in enumerate(row.line.files):
            if index not in row.checked_files:
                yield row, index, file


def _check(
    delivery: Delivery,
    row: VendorOrderLine,
    index: int,
    file: Mapping[str, str],
    *,
    specs: list[Mapping[str, Any]],
    found: _Round,
) -> None:
    """Validate one file and note it when it is fit."""
    is_unseen = file["url"].startswith(_NOT_FOR_US)
    try:
        credentials = (row.line.file_credentials or {}).get(str(index))
        required = specs_for(specs, file_type=file.get("type", ""))
        errors = [] if is_unseen else validate_file(file, credentials=credentials, specs=required)
    except VendorUnavailable as error:
        found.away = error
        if delivery.push.attempts < TRIES:
            return
        errors = [error.text]
    if errors:
        found.errors[f"lines[{row.line.position - 1}].files[{index}]"] = errors
        return
    found.unseen += is_unseen
    found.checked += not is_unseen
    row.checked_files = [*row.checked_files, index]
    delivery.record(lambda: row.save(update_fields=["checked_files"]))


def validate_file(file: Mapping[str, str], *, credentials: Mapping[str, str] | None, specs: list[Spec]) -> list[str]:
    """Return the errors of one print file: can it be fetched, is it a PDF, does it fit. Raise VendorUnavailable."""
    from orders.services.files.pdf_checks import check_pdf  # heavy to load, and most processes never read a file

    if file.get("file_id"):
        try:
            with open_at_any_place(ShopFile.objects.get(public_id=file["file_id"])) as content:
                return check_pdf(content, specs=specs)
        except (ShopFile.DoesNotExist, FileNotFoundError, DamagedFile):
            return [_("The file is no longer stored here. Upload it again.")]
    try:
        response = fetch_untrusted(file["url"], max_bytes=MAX_FILE_BYTES, headers=_headers(credentials))
    except UnsafeUrl as error:
        return [text_of(error)]
    except VendorProtocolError as error:
        if error.status is not None and (error.status >= 500 or error.status in (408, 425, 429)):
            raise VendorUnavailable(error.text, status=error.status) from error
        return [error.text]
    if not PdfMarks().add(response.body).has_header:
        return [_("The file is not a PDF.")]
    return check_pdf(BytesIO(response.body), specs=specs)


def _headers(credentials: Mapping[str, str] | None) -> dict[str, str]:
    """Return the credentials given with the file, which go to its host and, as no redirect is followed, no other."""
    match credentials:
        case {"scheme": "header", "header": header}:
            return {"Authorization": header}
        case {"scheme": "basic", "username": username, "password": password}:
            pair = base64.b64encode(f"{username}:{password}".encode()).decode()
            return {"Authorization": f"Basic {pair}"}
    return {}


def _conclude(delivery: Delivery, vendor_order: VendorOrder, found: _Round) -> None:
    if found.errors:
        delivery.record(lambda: _hold(vendor_order, found))
        raise Withdrawn(_("A print file cannot be used."))
    if found.checked or found.unseen:
        delivery.record(lambda: _note(delivery, vendor_order, found))
    if found.away is not None:
        raise found.away
    if found.is_cut:
        raise Interrupted


def _hold(vendor_order: VendorOrder, found: _Round) -> None:
    first = _("%(vendor)s would cancel all of %(reference)s because of its print files.")
    first %= {"vendor": vendor_title(vendor_order.vendor), "reference": vendor_order.reference}
    then = _(
        "Have the shop fix them at the same URL, or replace them here, then release the hold: they are checked "
        "again. Or release it anyway: they are then sent unchanged."
    )
    text = join_sentences(first, *describe_errors(found.errors), then)
    order = Order.objects.locked(vendor_order.order_id)
    hold_if_open(order, reason=HoldReason.BAD_FILE, text=text, errors=found.errors, actor="system")


def _note(delivery: Delivery, vendor_order: VendorOrder, found: _Round) -> None:
    params = {"reference": vendor_order.reference, "checked": found.checked, "unseen": found.unseen}
    kind = "files.checked_in_part" if found.unseen else "files.checked"
    vendor_order.order.events.create(actor="system", kind=kind, params=params, push=delivery.push)
